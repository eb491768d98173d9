//! Quantile regression as a linear program, solved by an interior-point method.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::kernel::{Kernel, PANEL_ROWS};

/// A program is solved when the gap between it and its dual is below this share of the loss.
const GAP: f64 = 1e-11;

const MAX_STEPS: u32 = 200;

/// Share of the way to the nearest bound that a step goes.
const TO_BOUND: f64 = 0.9995;

/// Rows of a regression, column by column, with targets and weights above 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Program {
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) target: Vec<f64>,
    pub(super) weight: Vec<f64>,
}

/// Where a search ended.
#[derive(Debug, Clone)]
pub(super) struct Solved {
    pub(super) coefficients: Vec<f64>,
    /// Gap to the dual as a share of the loss.
    pub(super) gap: f64,
}

/// The state: multipliers of rows between 0 and their weights, and the slacks of both bounds' prices.
struct State {
    x: Vec<f64>,
    s: Vec<f64>,
    z: Vec<f64>,
    w: Vec<f64>,
}

impl Program {
    /// Adds a row.
    pub(super) fn push(&mut self, values: &[f64], target: f64, weight: f64) {
        self.columns.resize(values.len(), vec![]);
        self.columns.iter_mut().zip(values).for_each(|(column, value)| column.push(*value));
        self.target.push(target);
        self.weight.push(weight);
    }

    /// Minimises the sum of w rho(y - Z b), rho(r) = r (tail - [r < 0]), from `start`.
    ///
    /// The dual: minimise -y'x with Z'x = (1 - tail) Z'w and 0 <= x <= w, by Mehrotra's predictor and corrector from a feasible interior
    /// point (Portnoy and Koenker 1997, Statistical Science 12, 279-300: Frisch-Newton). Its end is moved to the vertex of the rows that lie
    /// between the bounds, where that lowers the loss. The columns must be independent.
    pub(super) fn solve(&self, tail: f64, start: &[f64]) -> Solved {
        let mut coefficients = start.to_vec();
        let residuals = self.residuals(&coefficients);
        let spread = residuals.iter().zip(&self.weight).map(|(r, weight)| r.abs() * weight).sum::<f64>() / self.weight.iter().sum::<f64>();
        let spread = if 0.0 < spread { spread } else { 1.0 };
        let mut state = State {
            x: self.weight.iter().map(|weight| (1.0 - tail) * weight).collect(),
            s: self.weight.iter().map(|weight| tail * weight).collect(),
            z: residuals.iter().map(|r| (-r).max(0.0) + 0.1 * spread).collect(),
            w: residuals.iter().map(|r| r.max(0.0) + 0.1 * spread).collect(),
        };
        let mut gap = f64::INFINITY;
        for _ in 0..MAX_STEPS {
            let open: f64 = dot(&state.x, &state.z) + dot(&state.s, &state.w);
            let loss = self.loss(tail, &coefficients);
            gap = open / loss.max(f64::MIN_POSITIVE);
            if gap <= GAP || !self.step(&mut state, &mut coefficients) {
                break;
            }
        }
        let vertex = self.vertex(&state).filter(|vertex| self.loss(tail, vertex) <= self.loss(tail, &coefficients));
        Solved { coefficients: vertex.unwrap_or(coefficients), gap }
    }

    fn residuals(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut residuals = self.target.clone();
        for (column, coefficient) in self.columns.iter().zip(coefficients) {
            residuals.iter_mut().zip(column).for_each(|(residual, value)| *residual -= coefficient * value);
        }
        residuals
    }

    /// Sum of w rho.
    pub(super) fn loss(&self, tail: f64, coefficients: &[f64]) -> f64 {
        self.residuals(coefficients).iter().zip(&self.weight).map(|(r, weight)| weight * if *r < 0.0 { r * (tail - 1.0) } else { r * tail }).sum()
    }

    /// One step of predictor and corrector; false where none can be taken.
    fn step(&self, state: &mut State, coefficients: &mut [f64]) -> bool {
        let n_rows = self.target.len();
        let State { x, s, z, w } = state;
        let q: Vec<f64> = (0..n_rows).map(|i| 1.0 / (z[i] / x[i] + w[i] / s[i])).collect();
        let Some(factor) = Cholesky::new(self.curvature(&q)) else { return false };
        let price: Vec<f64> = (0..n_rows).map(|i| z[i] - w[i]).collect();
        // The predictor, with neither centring nor correction.
        let (dy, dx) = self.direction(&factor, &q, &price);
        let dz: Vec<f64> = (0..n_rows).map(|i| -z[i] - z[i] * dx[i] / x[i]).collect();
        let dw: Vec<f64> = (0..n_rows).map(|i| -w[i] + w[i] * dx[i] / s[i]).collect();
        let ds: Vec<f64> = dx.iter().map(|dx| -dx).collect();
        let (primal, dual) = (reach(x, &dx).min(reach(s, &ds)), reach(z, &dz).min(reach(w, &dw)));
        if 1.0 <= primal.min(dual) {
            advance(&mut [x, s], &[&dx, &ds], 1.0);
            advance(&mut [z, w], &[&dz, &dw], 1.0);
            coefficients.iter_mut().zip(&dy).for_each(|(coefficient, dy)| *coefficient -= dy);
            return true;
        }
        let open: f64 = (0..n_rows).map(|i| x[i] * z[i] + s[i] * w[i]).sum();
        let after = |i: usize| (x[i] + primal * dx[i]) * (z[i] + dual * dz[i]) + (s[i] + primal * ds[i]) * (w[i] + dual * dw[i]);
        let left: f64 = (0..n_rows).map(after).sum();
        let mu = open * (left / open).powi(3) / (2 * n_rows) as f64;
        let aim_x: Vec<f64> = (0..n_rows).map(|i| (mu - dx[i] * dz[i]) / x[i]).collect();
        let aim_s: Vec<f64> = (0..n_rows).map(|i| (mu - ds[i] * dw[i]) / s[i]).collect();
        let aimed: Vec<f64> = (0..n_rows).map(|i| price[i] - aim_x[i] + aim_s[i]).collect();
        let (dy, dx) = self.direction(&factor, &q, &aimed);
        let dz: Vec<f64> = (0..n_rows).map(|i| aim_x[i] - z[i] - z[i] * dx[i] / x[i]).collect();
        let dw: Vec<f64> = (0..n_rows).map(|i| aim_s[i] - w[i] + w[i] * dx[i] / s[i]).collect();
        let ds: Vec<f64> = dx.iter().map(|dx| -dx).collect();
        let (primal, dual) = (reach(x, &dx).min(reach(s, &ds)), reach(z, &dz).min(reach(w, &dw)));
        if !(primal.is_finite() && dual.is_finite()) || primal.max(dual) < 1e-12 {
            return false;
        }
        advance(&mut [x, s], &[&dx, &ds], primal);
        advance(&mut [z, w], &[&dz, &dw], dual);
        coefficients.iter_mut().zip(&dy).for_each(|(coefficient, dy)| *coefficient -= dual * dy);
        true
    }

    /// Z' diag(q) Z.
    fn curvature(&self, q: &[f64]) -> DMatrix<f64> {
        let mut kernel = Kernel::new(self.columns.len());
        for start in (0..q.len()).step_by(PANEL_ROWS) {
            let rows = start..(start + PANEL_ROWS).min(q.len());
            for (idx, column) in self.columns.iter().enumerate() {
                kernel.write(idx, column[rows.clone()].iter().copied());
            }
            kernel.add(&q[rows]);
        }
        let products = kernel.finish();
        DMatrix::from_fn(self.columns.len(), self.columns.len(), |i, j| products.sum(i, j))
    }

    /// dy with Z' q Z dy = Z' q price, and dx = q (Z dy - price), so that Z'dx = 0.
    fn direction(&self, factor: &Cholesky<f64, nalgebra::Dyn>, q: &[f64], price: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let pulled: Vec<f64> = q.iter().zip(price).map(|(q, price)| q * price).collect();
        let right = DVector::from_iterator(self.columns.len(), self.columns.iter().map(|column| dot(column, &pulled)));
        let dy = factor.solve(&right);
        let mut dx: Vec<f64> = price.iter().map(|price| -price).collect();
        for (column, dy) in self.columns.iter().zip(&dy) {
            dx.iter_mut().zip(column).for_each(|(dx, value)| *dx += dy * value);
        }
        dx.iter_mut().zip(q).for_each(|(dx, q)| *dx *= q);
        (dy.iter().copied().collect(), dx)
    }

    /// The coefficients that leave no residual in the rows furthest between their bounds.
    fn vertex(&self, state: &State) -> Option<Vec<f64>> {
        let size = self.columns.len();
        let mut order: Vec<(f64, usize)> = (0..self.target.len()).map(|i| (1.0 / (state.z[i] / state.x[i] + state.w[i] / state.s[i]), i)).collect();
        if order.len() < size {
            return None;
        }
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let basis = DMatrix::from_fn(size, size, |i, j| self.columns[j][order[i].1]);
        let solved = basis.lu().solve(&DVector::from_fn(size, |i, _| self.target[order[i].1]))?;
        solved.iter().all(|value| value.is_finite()).then(|| solved.iter().copied().collect())
    }
}

/// Share of a step that keeps every value above 0, at most 1.
fn reach(values: &[f64], steps: &[f64]) -> f64 {
    let nearest = values.iter().zip(steps).filter(|(_, step)| **step < 0.0).map(|(value, step)| -value / step).fold(f64::INFINITY, f64::min);
    (TO_BOUND * nearest).min(1.0)
}

fn advance(values: &mut [&mut Vec<f64>; 2], steps: &[&Vec<f64>; 2], share: f64) {
    for (values, steps) in values.iter_mut().zip(steps) {
        values.iter_mut().zip(steps.iter()).for_each(|(value, step)| *value += share * step);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Draw;
    use super::*;

    /// The least loss over all lines through two points, one of which is a minimum.
    fn best_line(program: &Program, tail: f64) -> f64 {
        let (x, y) = (&program.columns[1], &program.target);
        let mut best = f64::INFINITY;
        for i in 0..y.len() {
            for j in 0..i {
                if x[i] != x[j] {
                    let slope = (y[i] - y[j]) / (x[i] - x[j]);
                    best = best.min(program.loss(tail, &[y[i] - slope * x[i], slope]));
                }
            }
        }
        best
    }

    #[test]
    fn no_line_through_two_points_has_a_lower_loss() {
        let mut draw = Draw(3);
        for n_rows in [3, 4, 7, 20, 61] {
            for tail in [0.01, 0.05, 0.25, 0.49] {
                let mut program = Program::default();
                for row in 0..n_rows {
                    // Coarse values, so that ties and degenerate vertices occur.
                    program.push(&[1.0, f64::from(row % 2 + row / 3)], (draw.below(9) as f64 - 4.0) / 2.0, 1.0 + draw.below(3) as f64);
                }
                let solved = program.solve(tail, &[0.0, 0.0]);
                let (calculated, expected) = (program.loss(tail, &solved.coefficients), best_line(&program, tail));
                assert!((calculated - expected).abs() <= 1e-9 * (1.0 + expected), "{n_rows} {tail}: {calculated} {expected} {solved:?}");
            }
        }
    }
}
