//! Ordinary least squares.

use super::fitted::Fitted;
use super::prepare::Design;
use super::{least_squares, standard_error};
use crate::error::{Error, Result};
use crate::model::{Learner, Model, Train};
use crate::spec::LinearParams;

/// The learner of `kind = "linear"`: weighted least squares on standardised features, without a penalty.
#[derive(Debug, Clone)]
pub(in crate::model) struct Linear(pub(in crate::model) LinearParams);

impl Linear {
    fn solve(&self, train: &Train<'_>) -> Result<Fitted> {
        let design = Design::new(train, &self.0.features)?;
        let n_coefficients = design.prepared.n_columns() + 1;
        if design.prepared.n_rows < n_coefficients {
            let problem = format!("{} training rows cannot carry {n_coefficients} coefficients", design.prepared.n_rows);
            return Err(Error::model(train.place, problem).hint("lengthen `window.train`, name fewer `features`, or use `ridge`"));
        }
        let (mut fitted, factor) = least_squares::fit(&design, 0.0);
        standard_error::set(train, &design, &self.0, &factor, &mut fitted)?;
        Ok(fitted)
    }
}

impl Learner for Linear {
    fn fit(&self, train: &Train<'_>) -> Result<Box<dyn Model>> {
        Ok(Box::new(self.solve(train)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, distance, forecast};
    use super::*;
    use crate::feature::Matrix;
    use crate::spec::StandardErrors;

    /// Longley (1967): employment; deflator in tenths, GNP, unemployed, armed forces, population, year.
    const LONGLEY: [[f32; 7]; 16] = [
        [60323.0, 830.0, 234_289.0, 2356.0, 1590.0, 107_608.0, 1947.0],
        [61122.0, 885.0, 259_426.0, 2325.0, 1456.0, 108_632.0, 1948.0],
        [60171.0, 882.0, 258_054.0, 3682.0, 1616.0, 109_773.0, 1949.0],
        [61187.0, 895.0, 284_599.0, 3351.0, 1650.0, 110_929.0, 1950.0],
        [63221.0, 962.0, 328_975.0, 2099.0, 3099.0, 112_075.0, 1951.0],
        [63639.0, 981.0, 346_999.0, 1932.0, 3594.0, 113_270.0, 1952.0],
        [64989.0, 990.0, 365_385.0, 1870.0, 3547.0, 115_094.0, 1953.0],
        [63761.0, 1000.0, 363_112.0, 3578.0, 3350.0, 116_219.0, 1954.0],
        [66019.0, 1012.0, 397_469.0, 2904.0, 3048.0, 117_388.0, 1955.0],
        [67857.0, 1046.0, 419_180.0, 2822.0, 2857.0, 118_734.0, 1956.0],
        [68169.0, 1084.0, 442_769.0, 2936.0, 2798.0, 120_445.0, 1957.0],
        [66513.0, 1108.0, 444_546.0, 4681.0, 2637.0, 121_950.0, 1958.0],
        [68655.0, 1126.0, 482_704.0, 3813.0, 2552.0, 123_366.0, 1959.0],
        [69564.0, 1142.0, 502_601.0, 3931.0, 2514.0, 125_368.0, 1960.0],
        [69331.0, 1157.0, 518_173.0, 4806.0, 2572.0, 127_852.0, 1961.0],
        [70551.0, 1169.0, 554_894.0, 4007.0, 2827.0, 130_081.0, 1962.0],
    ];

    fn fit(names: &[&str], columns: &[Vec<f32>], target: &[f64], weight: &[f64]) -> Result<Fitted> {
        let params = LinearParams { standard_errors: StandardErrors::Ols, lags: None, features: vec![] };
        Case::plain(names, columns, target).weighted(|row| weight[row]).train(|train| Linear(params).solve(train))
    }

    fn own_units(model: &Fitted) -> Vec<f64> {
        model.prepared.in_own_units(&model.coefficients)
    }

    #[test]
    fn linear_agrees_with_the_certified_longley_coefficients_and_standard_deviations() {
        // NIST StRD, https://www.itl.nist.gov/div898/strd/lls/data/LINKS/DATA/Longley.dat. Every number is a whole one below 2^24, which
        // f32 holds exactly, because the deflator is in tenths: its coefficient 15.0618722713733 is a tenth of that.
        let certified = [
            (-3_482_258.634_595_82, 890_420.383_607_373),
            (1.506_187_227_137_33, 8.491_492_577_476_69),
            (-0.035_819_179_292_591, 0.033_491_007_772_243_2),
            (-2.020_229_803_816_83, 0.488_399_681_651_699),
            (-1.033_226_867_173_59, 0.214_274_163_161_675),
            (-0.051_104_105_653_580_7, 0.226_073_200_069_370),
            (1_829.151_464_613_55, 455.478_499_142_212),
        ];
        let columns: Vec<Vec<f32>> = (1..7).map(|k| LONGLEY.iter().map(|row| row[k]).collect()).collect();
        let target: Vec<f64> = LONGLEY.iter().map(|row| f64::from(row[0])).collect();
        let model = fit(&["deflator", "gnp", "unemployed", "forces", "population", "year"], &columns, &target, &[1.0; 16]).expect("16 rows");
        for (calculated, (expected, _)) in own_units(&model).iter().zip(certified) {
            let error = (calculated / expected - 1.0).abs();
            assert!(error < 1e-10, "calculated {calculated}, expected {expected}, relative error {error:e}");
        }
        for (idx, (_, expected)) in certified.iter().enumerate().skip(1) {
            let calculated = model.errors[idx] / model.prepared.scales[idx - 1].sd;
            let error = (calculated / expected - 1.0).abs();
            assert!(error < 1e-9, "calculated {calculated}, expected {expected}, relative error {error:e}");
        }
        let card = model.card();
        assert_eq!((card.n_rows, card.coefficients[0].0.as_str(), card.coefficients[6].0.as_str()), (16, "intercept", "year"));
        assert_eq!(card.errors[6].0, "year");
        // On standardised features the intercept is the mean of the target, 65317.
        assert!((card.coefficients[0].1 - 65_317.0).abs() < 1e-7);
    }

    #[test]
    fn linear_drops_a_collinear_feature_and_says_so() {
        let a: Vec<f32> = (0..50).map(|n| (n * 7 % 13) as f32 + 0.1).collect();
        let b: Vec<f32> = (0..50).map(|n| (n * 5 % 11) as f32 / 3.0).collect();
        let sum: Vec<f32> = a.iter().zip(&b).map(|(a, b)| 2.0 * a - b).collect();
        let target: Vec<f64> = a.iter().zip(&b).map(|(&a, &b)| 3.0 + 2.0 * f64::from(a) - f64::from(b)).collect();
        let model = fit(&["a", "b", "sum"], &[a, b, sum], &target, &[1.0; 50]).expect("50 rows");
        assert!(distance(&own_units(&model), &[3.0, 2.0, -1.0, 0.0]) < 1e-9, "{:?}", own_units(&model));
        let card = model.card();
        assert_eq!((card.coefficients.len(), card.errors.len()), (3, 3));
        assert_eq!(card.notes, ["dropped, linear combinations of earlier features (less than 1e-9 of their variance is their own): `sum`"]);
    }

    #[test]
    fn linear_weighs_rows_as_repetition_does() {
        let (x, target) = (vec![1.0, 2.0, 4.0, 8.0], [1.0, 3.0, 2.0, 7.0]);
        let weighted = own_units(&fit(&["x"], &[x], &target, &[1.0, 3.0, 0.0, 2.0]).expect("3 rows"));
        let repeated = fit(&["x"], &[vec![1.0, 2.0, 2.0, 2.0, 8.0, 8.0]], &[1.0, 3.0, 3.0, 3.0, 7.0, 7.0], &[1.0; 6]).expect("6 rows");
        assert!(distance(&weighted, &own_units(&repeated)) < 1e-13, "{weighted:?}");
    }

    #[test]
    fn linear_refuses_fewer_rows_than_coefficients() {
        let error = fit(&["a", "b"], &[vec![1.0, 2.0], vec![3.0, 1.0]], &[0.0, 1.0], &[1.0; 2]).expect_err("2 rows, 3 coefficients").to_string();
        assert_eq!(error.lines().next(), Some("model `m` in window 3: 2 training rows cannot carry 3 coefficients"));
    }

    #[test]
    fn linear_forecasts_a_missing_feature_as_its_training_mean() {
        let model = fit(&["x"], &[vec![0.0, 1.0, 2.0, 3.0]], &[1.0, 3.0, 5.0, 7.0], &[1.0; 4]).expect("4 rows");
        let forecast = forecast(&model, &Matrix::from_columns(2, &[vec![10.0, f32::NAN]]));
        assert!(distance(&forecast[0], &[21.0, 4.0]) < 1e-12, "{forecast:?}");
    }

    #[test]
    fn linear_has_the_same_bits_from_a_walk_as_from_scratch() {
        let case = Case::panel(400, 5).missing(1, |row| row % 11 == 4);
        let params = LinearParams { standard_errors: StandardErrors::Ols, lags: None, features: vec![] };
        let shared = case.shared();
        for step in 0..20 {
            let part = case.part(step * 30..step * 30 + 1_000);
            let fit = |train: &Train<'_>| forecast(&Linear(params.clone()).solve(train).expect("1000 rows"), &case.features);
            let scratch = part.train(|train| fit(&Train { cores: 2, ..*train }));
            assert_eq!(part.train_with(&shared, fit), scratch);
        }
    }
}
