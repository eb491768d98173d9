//! Applicants and the terms they are given.

use super::super::economy::Economy;
use super::super::random::Random;
use super::super::write::rounded;
use crate::day::Day;

/// A loan at issue.
#[derive(Debug, Clone)]
pub(super) struct Loan {
    pub(super) id: String,
    pub(super) issued: Day,
    /// Currency units.
    pub(super) amount: f64,
    pub(super) term_months: u32,
    /// A year, in decimals.
    pub(super) rate: f64,
    /// A year, in currency units; `None`: not stated.
    pub(super) income: Option<f64>,
    /// Debt payments by income, in decimals.
    pub(super) dti: f64,
    /// Bureau score, 480 to 850.
    pub(super) score: u32,
    /// Share of the credit lines used, in decimals.
    pub(super) utilization: Option<f64>,
    pub(super) inquiries_6m: u32,
    pub(super) delinquencies_2y: u32,
    pub(super) employment_years: Option<f64>,
    pub(super) home_ownership: &'static str,
    pub(super) purpose: &'static str,
    /// Log of the monthly hazard of default, before the loan's age and the economy; known to nobody.
    pub(super) risk: f64,
}

const PURPOSES: [(&str, f64, f64); 6] = [
    ("debt_consolidation", 0.52, 0.05),
    ("home_improvement", 0.16, -0.15),
    ("car", 0.10, -0.25),
    ("medical", 0.07, 0.15),
    ("small_business", 0.06, 0.60),
    ("other", 0.09, 0.10),
];

/// One applicant, and the loan granted.
pub(super) fn draw(issued: Day, economy: &Economy, random: &mut Random) -> Loan {
    // One factor stands behind score, use of credit lines and arrears.
    let quality = random.normal();
    let score = libm::round((690.0 + 48.0 * (0.85 * quality + 0.53 * random.normal())).clamp(480.0, 850.0));
    let income = rounded((libm::exp(10.86 + 0.48 * (0.25 * quality + 0.97 * random.normal()))).clamp(9_000.0, 900_000.0) / 100.0, 0) * 100.0;
    let utilization = (0.48 - 0.14 * quality + 0.20 * random.normal()).clamp(0.0, 1.2);
    let dti = (0.18 + 0.08 * random.normal() - 0.015 * quality).clamp(0.0, 0.45);
    let inquiries_6m = random.poisson(0.9);
    let delinquencies_2y = random.poisson(0.22 * libm::exp(-0.5 * quality));
    let years = (-6.0 * libm::log(1.0 - random.uniform())).min(40.0);
    let is_term_long = random.happens(0.3);
    let wish = libm::exp(9.25 + 0.5 * random.normal() + 0.3 * libm::log(income / 52_000.0));
    let amount = rounded(wish.clamp(1_000.0, 40_000.0) / 100.0, 0) * 100.0;
    let home = random.uniform();
    let (home_ownership, home_risk) = if home < 0.44 {
        ("rent", 0.12)
    } else if home < 0.90 {
        ("mortgage", -0.10)
    } else {
        ("own", 0.0)
    };
    let (purpose, purpose_risk) = purpose(random.uniform());

    let seen = 0.0105 * (690.0 - score)
        + 3.6 * (dti - 0.18)
        + 0.17 * (f64::from(inquiries_6m) - 0.9)
        + 0.30 * f64::from(delinquencies_2y)
        + 0.9 * (utilization - 0.48)
        - 0.40 * libm::log(income / 52_000.0)
        - 0.030 * (years - 6.0)
        + home_risk
        + purpose_risk;
    let term_months = if is_term_long { 60 } else { 36 };
    // The lender sees most of the risk and charges for it, above the policy rate.
    let rate =
        0.075 + 0.01 * economy.policy_rate(issued) + 0.022 * seen.clamp(-2.0, 3.0) + if is_term_long { 0.025 } else { 0.0 } + 0.008 * random.normal();
    let rate = rounded(rate.clamp(0.045, 0.36), 4);
    let burden = 12.0 * installment(amount, rate, term_months) / income;
    // Missing answers tell something too, and so does a payment that is large for the income: a kink no linear model sees.
    let (is_years_missing, is_income_missing, is_utilization_missing) = (random.happens(0.06), random.happens(0.015), random.happens(0.01));
    let risk = 0.85 * seen
        + 5.0 * (burden - 0.11).max(0.0)
        + if is_years_missing { 0.45 } else { 0.0 }
        + if is_term_long { 0.15 } else { 0.0 }
        + if score < 640.0 && utilization > 0.7 { 0.45 } else { 0.0 }
        + 0.7 * random.normal();
    Loan {
        id: String::new(),
        issued,
        amount,
        term_months,
        rate,
        income: (!is_income_missing).then_some(income),
        dti: rounded(dti, 4),
        score: score as u32,
        utilization: (!is_utilization_missing).then_some(rounded(utilization, 3)),
        inquiries_6m,
        delinquencies_2y,
        employment_years: (!is_years_missing).then_some(rounded(years, 0)),
        home_ownership,
        purpose,
        risk,
    }
}

fn purpose(uniform: f64) -> (&'static str, f64) {
    let mut reached = 0.0;
    for (name, share, risk) in PURPOSES {
        reached += share;
        if uniform < reached {
            return (name, risk);
        }
    }
    (PURPOSES[0].0, PURPOSES[0].2)
}

/// The monthly payment of an annuity.
pub(super) fn installment(amount: f64, rate: f64, term_months: u32) -> f64 {
    let monthly = rate / 12.0;
    amount * monthly / (1.0 - libm::pow(1.0 + monthly, -f64::from(term_months)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annuity_of_10_000_at_12_percent_over_36_months_costs_332_14_a_month() {
        // Excel: PMT(1%, 36, -10000) = 332.14.
        assert!((installment(10_000.0, 0.12, 36) - 332.14).abs() < 0.005);
    }

    #[test]
    fn purposes_share_out_the_unit_interval() {
        let total: f64 = PURPOSES.iter().map(|purpose| purpose.1).sum();
        assert!((total - 1.0).abs() < 1e-12);
        assert_eq!(purpose(0.0).0, "debt_consolidation");
        assert_eq!(purpose(0.999).0, "other");
    }
}
