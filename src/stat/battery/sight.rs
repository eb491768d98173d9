//! Sight: what the tests of a report could have seen, each power taken once.

use rayon::prelude::*;

use crate::stat::Outcome;
use crate::stat::measure::{Design, Found, Power};

/// A power to be taken: the key of its measure, its plan, and how.
type Wanted = (&'static str, Design, fn(&Design) -> Outcome<Power>);

/// Says of every decided test what it could have seen at the first, strictest step of its family, by its measure's own account.
///
/// * `tests`: each with the plan of its case: `promised` and the rest; the level is the family's.
///
/// Many series share their number of days, and with it their plan: each power is taken once. They are simulated side by side.
pub fn look(tests: Vec<(&mut Found, Design)>) {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut seen: Vec<(&mut Found, usize)> = Vec::new();
    for (one, plan) in tests {
        let (Some(power), Some(family)) = (one.about.power, &one.family) else { continue };
        let design = Design { level: family.first_step(), ..plan };
        let key = one.about.key;
        let at = wanted.iter().position(|(other, of, _)| *other == key && *of == design).unwrap_or_else(|| {
            wanted.push((key, design, power));
            wanted.len() - 1
        });
        seen.push((one, at));
    }
    let taken: Vec<Outcome<Power>> = wanted.par_iter().map(|(_, design, power)| power(design)).collect();
    for (one, at) in seen {
        one.power = Some(taken[at].clone());
    }
}
