//! Sight: what the tests of a report could have seen, each power taken once.

use crate::stat::Outcome;
use crate::stat::measure::{Design, Found, Power};

/// Powers taken so far; many series share their number of days.
#[derive(Debug, Default)]
pub struct Sight {
    known: Vec<(&'static str, Design, Outcome<Power>)>,
}

impl Sight {
    /// Says of every decided test what it could have seen at the first, strictest step of its family, by its measure's own account; `promised`
    /// and the rest of the plan are those of the case, the level is the family's.
    pub fn look(&mut self, found: &mut [Found], plan: &Design) {
        for one in found {
            let (Some(power), Some(family)) = (one.about.power, &one.family) else { continue };
            let design = Design { level: family.first_step(), ..*plan };
            one.power = Some(self.of(one.about.key, &design, power));
        }
    }

    fn of(&mut self, key: &'static str, design: &Design, power: fn(&Design) -> Outcome<Power>) -> Outcome<Power> {
        if let Some((.., known)) = self.known.iter().find(|(other, of, _)| *other == key && of == design) {
            return known.clone();
        }
        let taken = power(design);
        self.known.push((key, *design, taken.clone()));
        taken
    }
}
