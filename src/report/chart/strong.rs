//! Strong: which series of many are drawn for the eye, and which are only there.

use super::lines::Series;
use super::style::Style;

/// Series that are told apart at a glance; what came is drawn besides.
const MOST: usize = 6;

/// Series by how they are drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chosen {
    /// In their own colours, in the order given.
    pub(super) strong: Vec<Series>,
    /// Thin and grey.
    pub(super) rest: Vec<Series>,
}

impl Chosen {
    /// What the grey ones are called together; empty without any.
    pub(super) fn others(&self) -> String {
        match self.rest.len() {
            0 => String::new(),
            1 => "and 1 other".to_owned(),
            n => format!("and {n} others"),
        }
    }
}

/// The first six and the truth are strong.
pub(super) fn choose(series: Vec<Series>) -> Chosen {
    let mut chosen = Chosen { strong: Vec::new(), rest: Vec::new() };
    let mut n = 0;
    for line in series {
        match line.color {
            Style::Truth => chosen.strong.push(line),
            Style::Series(_) if n < MOST => {
                n += 1;
                chosen.strong.push(line);
            }
            Style::Series(_) => chosen.rest.push(line),
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nineteen_models_six_are_strong_and_the_truth_besides() {
        let line = |color| Series { name: String::new(), color, points: vec![] };
        let chosen = choose((0..19).map(|idx| line(Style::Series(idx))).chain([line(Style::Truth)]).collect());
        assert_eq!((chosen.strong.len(), chosen.others().as_str()), (7, "and 13 others"));
        assert_eq!(choose(vec![line(Style::Series(0))]).others(), "");
    }
}
