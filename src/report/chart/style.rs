//! Style: whose a line is and what a shape means, as classes; the stylesheet holds the colours.

/// Whose a line or a mark is; it looks the same on the whole page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// What came: the strongest line.
    Truth,
    /// One of several, by its place among them: no two look alike.
    Series(usize),
}

impl Style {
    /// The tone of its lines.
    pub(super) fn tone(self) -> Tone {
        match self {
            Self::Truth => Tone::Ink,
            Self::Series(idx) => Tone::Series(idx),
        }
    }

    /// The tone of its light fill.
    pub(super) fn soft(self) -> Tone {
        match self {
            Self::Truth => Tone::Rule,
            Self::Series(idx) => Tone::Soft(idx),
        }
    }

    /// The width of its lines over time.
    pub(super) fn width(self) -> f64 {
        match self {
            Self::Truth => 2.6,
            Self::Series(_) => 1.6,
        }
    }
}

/// What a shape means; its class follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Text and axes.
    Ink,
    /// Secondary text.
    Muted,
    /// Grid lines.
    Rule,
    /// Background data.
    Grey,
    /// A series; no two indices have the same colour and dashes.
    Series(usize),
    /// A series' light fill.
    Soft(usize),
    /// A verdict, never without its word.
    Green,
    /// A verdict, never without its word.
    Amber,
    /// A verdict, never without its word.
    Red,
    /// From -4 (lowest) to 4 (highest), around the paper's colour.
    Heat(i8),
}

const SERIES: [&str; 6] = ["s0", "s1", "s2", "s3", "s4", "s5"];
const SOFT: [&str; 6] = ["l0", "l1", "l2", "l3", "l4", "l5"];
const HEAT: [&str; 9] = ["h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8"];
/// Dashes of the hues: the first three are solid, for the stylesheet gives them grey levels that are told apart.
const DASHES: [&str; 6] = ["", "", "", "9 3", "6 2 1.5 2", "3 2"];
/// How a hue's lines are dashed when it comes round again: its own dashes, and a mark more each time.
const AGAIN: [(&str, &str); 6] =
    [("20 3", "1.5 2.5"), ("14 3", "1.5 2.5"), ("11 3", "1.5 2.5"), ("9 3", "2 2.5"), ("6 2 1.5 2", "2 2.5"), ("3 2", "7 2")];

impl Tone {
    /// The class that stands for the colour.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Ink => "ink",
            Self::Muted => "muted",
            Self::Rule => "rule",
            Self::Grey => "grey",
            Self::Series(idx) => SERIES[idx % SERIES.len()],
            Self::Soft(idx) => SOFT[idx % SOFT.len()],
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Heat(step) => HEAT[(step.clamp(-4, 4) + 4) as usize],
        }
    }

    /// The dashes of its lines; empty for a solid one.
    pub(super) fn dashes(self) -> String {
        match self {
            Self::Series(idx) => {
                let (hue, round) = (idx % SERIES.len(), idx / SERIES.len());
                let (own, mark) = AGAIN[hue];
                if round == 0 { DASHES[hue].to_owned() } else { format!("{own}{}", format!(" {mark}").repeat(round)) }
            }
            Self::Ink | Self::Muted | Self::Rule | Self::Grey | Self::Soft(_) | Self::Green | Self::Amber | Self::Red | Self::Heat(_) => {
                String::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIGURES: &str = include_str!("../../../templates/figure.css");
    const PAGE: &str = include_str!("../../../templates/style.css");

    /// What `rule { --c: #rrggbb; }` or `--name: #rrggbb` says, on light or on dark paper.
    fn color(name: &str, dark: bool) -> (f64, f64, f64) {
        // Series and shades are the figures' own, words and verdicts have the page's colours.
        let sheet = if FIGURES.contains(&format!(".{name} {{ --c: #")) { FIGURES } else { PAGE };
        let (light_part, dark_part) = sheet.split_once("prefers-color-scheme: dark").expect("there is a dark mode");
        let part = if dark { dark_part } else { light_part };
        let keys = [format!(".{name} {{ --c: #"), format!("--{name}: #")];
        let at = keys.iter().find_map(|key| part.find(key.as_str()).map(|at| at + key.len())).unwrap_or_else(|| panic!("no colour for {name}"));
        let hex: String = part[at..].chars().take_while(char::is_ascii_hexdigit).collect();
        let hex = if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex };
        let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("two hexadecimal digits"));
        (part(0), part(2), part(4))
    }

    /// Relative luminance as WCAG 2.1 defines it.
    fn luminance((r, g, b): (f64, f64, f64)) -> f64 {
        let part = |c: f64| {
            let c = c / 255.0;
            if c <= 0.039_28 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    fn contrast(a: &str, b: &str, dark: bool) -> f64 {
        let (x, y) = (luminance(color(a, dark)), luminance(color(b, dark)));
        (x.max(y) + 0.05) / (x.min(y) + 0.05)
    }

    #[test]
    fn the_lines_of_a_hundred_models_are_all_told_apart() {
        let look = |idx: usize| (Tone::Series(idx).class(), Tone::Series(idx).dashes());
        let looks: std::collections::BTreeSet<_> = (0..100).map(look).collect();
        assert_eq!(looks.len(), 100);
        assert_eq!(look(7), ("s1", "14 3 1.5 2.5".to_owned()));
    }

    #[test]
    fn no_two_strong_lines_are_alike_in_both_grey_and_dashes() {
        for dark in [false, true] {
            for a in 0..6 {
                for b in 0..a {
                    let greys = contrast(SERIES[a], SERIES[b], dark);
                    assert!(DASHES[a] != DASHES[b] || 1.35 <= greys, "{a} and {b}, dark {dark}: {greys}");
                }
            }
        }
    }

    #[test]
    fn words_keep_a_contrast_of_four_and_a_half() {
        for dark in [false, true] {
            for name in SERIES.iter().chain(&["ink", "muted", "green", "amber", "red"]) {
                assert!(4.5 <= contrast(name, "paper", dark), "{name}, dark {dark}: {}", contrast(name, "paper", dark));
            }
            for name in HEAT {
                assert!(4.5 <= contrast("ink", name, dark), "ink on {name}, dark {dark}: {}", contrast("ink", name, dark));
            }
        }
    }
}
