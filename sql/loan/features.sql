-- grain: entity, as_of
-- One row per loan, the day after its issue: what the application said, and what was published or recorded before.
-- target: default within twelve months of issue, known_on as performance.sql says; both are NULL while the log has not reached that day.
-- Carried: exposure, the amount lent; realized_loss, the balance written off less what was recovered since, 0 without a default in the
-- twelve months. Recoveries of late defaults may still come, so the losses of the newest loans are overstated.
with loan_terms as (
    select
        loans.loan_id as loan_id,
        loans.issued as issued,
        loans.amount as amount,
        loans.term_months as term_months,
        loans.rate as rate,
        loans.income as income,
        loans.dti as dti,
        loans.score as score,
        loans.utilization as utilization,
        loans.inquiries_6m as inquiries_6m,
        loans.delinquencies_2y as delinquencies_2y,
        loans.employment_years as employment_years,
        loans.home_ownership as home_ownership,
        loans.purpose as purpose,
        12 * loans.amount * loans.rate / 12 / nullif(1 - power(1 + loans.rate / 12, -loans.term_months), 0) as yearly_payment
    from loans
)
select
    loan_terms.loan_id as entity,
    loan_terms.issued + interval '1 day' as as_of,
    performance.known_on as known_on,
    case when performance.known_on is not null then performance.is_default end as target,
    loan_terms.amount as exposure,
    case when performance.known_on is not null then performance.loss end as realized_loss,
    loan_terms.home_ownership as home_ownership,
    ln(loan_terms.amount) as log_amount,
    loan_terms.term_months as term_months,
    loan_terms.rate as rate,
    ln(nullif(loan_terms.income, 0)) as log_income,
    case when loan_terms.income is null then 1 else 0 end as is_income_missing,
    loan_terms.dti as dti,
    loan_terms.score as score,
    loan_terms.utilization as utilization,
    loan_terms.inquiries_6m as inquiries_6m,
    loan_terms.delinquencies_2y as delinquencies_2y,
    loan_terms.employment_years as employment_years,
    case when loan_terms.employment_years is null then 1 else 0 end as is_employment_missing,
    loan_terms.yearly_payment / nullif(loan_terms.income, 0) as payment_to_income,
    loan_terms.amount / nullif(loan_terms.income, 0) as amount_to_income,
    case when loan_terms.home_ownership = 'rent' then 1 else 0 end as is_renter,
    case when loan_terms.purpose = 'small_business' then 1 else 0 end as is_small_business,
    case when loan_terms.purpose in ('car', 'home_improvement') then 1 else 0 end as is_secured_purpose,
    date_part('month', loan_terms.issued) as issue_month,
    macro_as_of.unemployment as unemployment,
    macro_as_of.unemployment_change_6m as unemployment_change_6m,
    macro_as_of.house_price_growth as house_price_growth,
    macro_as_of.policy_rate as policy_rate,
    macro_as_of.policy_rate_change_12m as policy_rate_change_12m,
    vintages.vintage_default_rate as vintage_default_rate,
    vintages.write_off_rate as write_off_rate
from loan_terms
inner join performance
    on loan_terms.loan_id = performance.loan_id
left join macro_as_of
    on loan_terms.issued + interval '1 day' = macro_as_of.as_of
left join vintages
    on 12 * date_part('year', loan_terms.issued) + date_part('month', loan_terms.issued) = vintages.month_idx
