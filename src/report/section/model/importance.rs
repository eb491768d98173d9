//! Feature importance: one figure for each quantity that a model forecasts.

use super::{Fits, means};
use crate::model::{Card, Importance};
use crate::report::chart::{Bar, BarChart, ImportanceMap, ImportanceRow, Scale, Size, bars, importance_over_windows};
use crate::report::page::{Figure, anchor};
use crate::report::section::pieces::counted;

/// Features shown in a figure.
const N_SHOWN: usize = 12;

pub(super) fn figures(fits: &Fits<'_>) -> Vec<Figure> {
    let mut quantities: Vec<&str> = Vec::new();
    for importance in fits.cards.iter().flat_map(|card| &card.importance) {
        if !quantities.contains(&importance.of.as_str()) {
            quantities.push(&importance.of);
        }
    }
    let n_quantities = quantities.len();
    // Two windows are seen in the mean; from three on it is asked whether they agree.
    let over = |of: &&str| (3 <= fits.cards.len()).then(|| over_windows(fits, of, n_quantities));
    let mean = |of: &&str| figure(fits, of, n_quantities);
    quantities.iter().flat_map(|of| std::iter::once(mean(of)).chain(over(of))).collect()
}

/// The mean's features, window by window.
fn over_windows(fits: &Fits<'_>, of: &str, n_quantities: usize) -> Figure {
    let name = &fits.spec.name;
    let (_, features) = averaged(fits.cards, of);
    let about = if n_quantities == 1 { String::new() } else { format!(", {of}") };
    let share = |card: &Card, feature: &str| in_window(card, of)?.shares.iter().find(|(name, _)| name == feature).map(|(_, share)| *share);
    let row =
        |(feature, _): &(String, f64)| ImportanceRow { name: feature.clone(), shares: fits.cards.iter().map(|card| share(card, feature)).collect() };
    let chart = ImportanceMap {
        label: format!("Feature importance of {name}{about} by window"),
        title: "Share of importance by window's first test day".to_owned(),
        starts: fits.windows.iter().take(fits.cards.len()).map(|window| window.test.start).collect(),
        rows: features.iter().take(N_SHOWN).map(row).collect(),
    };
    let told: Vec<&str> = fits.cards.iter().filter_map(|card| strongest(in_window(card, of)?)).collect();
    let first = features.first().map_or("", |(name, _)| name.as_str());
    let n_first = told.iter().filter(|name| **name == first).count();
    let title = format!("`{first}` was the strongest feature of `{name}`{about} in {n_first} of {}", counted(told.len(), "window", "windows"));
    let note = "Darker: a larger share; blank: the window's model does not use the feature. The mean counts such a window as 0.".to_owned();
    Figure::half(anchor(&format!("importance-over-windows-{name}{about}")), title, note, importance_over_windows(&chart, Size::Half))
}

fn figure(fits: &Fits<'_>, of: &str, n_quantities: usize) -> Figure {
    let name = &fits.spec.name;
    let (n_windows, features) = averaged(fits.cards, of);
    let (id, about) =
        if n_quantities == 1 { (format!("importance-{name}"), String::new()) } else { (format!("importance-{name}-{of}"), format!(", {of}")) };
    let chart = BarChart {
        label: format!("Feature importance of {name}{about}"),
        x_title: "Share of importance, %".to_owned(),
        scale: Scale::Percent,
        bars: features.iter().take(N_SHOWN).map(|(name, value)| Bar { name: name.clone(), value: *value }).collect(),
    };
    let over = if n_windows == fits.cards.len() {
        format!("Mean over {}", counted(n_windows, "window", "windows"))
    } else {
        format!("Mean over the {n_windows} of {} in which a tree splits", counted(fits.cards.len(), "window", "windows"))
    };
    let note = format!(
        "{over}; the largest {} of {} features. Every window's shares are in `models/{name}.json`.",
        features.len().min(N_SHOWN),
        features.len()
    );
    Figure::half(anchor(&id), format!("Feature importance, `{name}`{about}"), note, bars(&chart, Size::Half))
}

fn in_window<'a>(card: &'a Card, of: &str) -> Option<&'a Importance> {
    card.importance.iter().find(|importance| importance.of == of)
}

/// The feature with the largest share, the first of equals.
fn strongest(importance: &Importance) -> Option<&str> {
    importance.shares.iter().reduce(|best, next| if best.1 < next.1 { next } else { best }).map(|(name, _)| name.as_str())
}

/// Mean shares of one quantity over the windows that have any, and the number of these. A feature that such a window's model does not have
/// (it was not selected) has no share in it: 0.
fn averaged(cards: &[&Card], of: &str) -> (usize, Vec<(String, f64)>) {
    let found: Vec<&Importance> = cards.iter().flat_map(|card| &card.importance).filter(|importance| importance.of == of).collect();
    let n_windows = found.len();
    let mut shares = means(found.iter().flat_map(|importance| &importance.shares));
    for (feature, share) in &mut shares {
        let n_with = found.iter().filter(|importance| importance.shares.iter().any(|(name, _)| name == feature)).count();
        *share *= n_with as f64 / n_windows as f64;
    }
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    (n_windows, shares)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{named, ridge, windows};
    use super::*;
    use crate::spec::TargetUnit;

    fn card(importance: &[(&str, &[(&str, f64)])]) -> Card {
        let importance = importance.iter().map(|(of, shares)| Importance { of: (*of).to_owned(), shares: named(shares) }).collect();
        Card { importance, ..Card::default() }
    }

    #[test]
    fn from_three_windows_on_it_is_told_how_often_the_first_feature_leads() {
        let cards = [card(&[("mean", &[("a", 0.8), ("b", 0.2)])]), card(&[("mean", &[("b", 0.6), ("a", 0.4)])]), card(&[("mean", &[("a", 1.0)])])];
        let cards: Vec<&Card> = cards.iter().collect();
        let spec = ridge("trees", 1.0);
        let (unit, windows) = (TargetUnit::Return, windows(3));
        let figures = figures(&Fits { spec: &spec, unit: &unit, windows: &windows, cards: &cards });
        assert_eq!(figures[1].title, "`a` was the strongest feature of `trees` in 2 of 3 windows");
        // (0.8 + 0.4 + 1.0) / 3, and `b`, which the last window does not use, (0.2 + 0.6) / 3.
        assert!(figures[1].svg.contains(">73 %<") && figures[1].svg.contains(">27 %<"), "{}", figures[1].svg);
    }

    #[test]
    fn importance_is_averaged_by_quantity_over_the_windows_that_have_it() {
        // The second window's trees of the mean have no split; its excess looks at `b` alone.
        let excess = "excess of shortfall 0.025";
        let cards = [card(&[("mean", &[("a", 0.8), ("b", 0.2)]), (excess, &[("b", 1.0)])]), card(&[(excess, &[("b", 0.5), ("a", 0.5)])])];
        let cards: Vec<&Card> = cards.iter().collect();
        assert_eq!(averaged(&cards, "mean"), (1, named(&[("a", 0.8), ("b", 0.2)])));
        assert_eq!(averaged(&cards, excess), (2, named(&[("b", 0.75), ("a", 0.25)])));
        let spec = ridge("trees", 1.0);
        let (unit, windows) = (TargetUnit::Return, windows(2));
        let figures = figures(&Fits { spec: &spec, unit: &unit, windows: &windows, cards: &cards });
        let titles: Vec<&str> = figures.iter().map(|figure| figure.title.as_str()).collect();
        assert_eq!(titles, ["Feature importance, `trees`, mean", "Feature importance, `trees`, excess of shortfall 0.025"]);
        assert!(
            figures[0].note.starts_with("Mean over the 1 of 2 windows in which a tree splits; the largest 2 of 2 features."),
            "{}",
            figures[0].note
        );
        assert!(figures[1].note.starts_with("Mean over 2 windows;"), "{}", figures[1].note);
    }
}
