//! Style: every colour of a figure, and the class by which the stylesheet may change it.

use plotters::style::RGBColor;

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
    pub(super) fn width(self) -> u32 {
        match self {
            Self::Truth => 5,
            Self::Series(_) => 3,
        }
    }
}

/// What a shape means; its colour and class follow.
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
    /// From -4 (lowest) to 4 (highest), around white.
    Heat(i8),
}

/// Series told apart by colour, by grey level and by dashes.
const SERIES: [(u32, &str); 6] = [(0x0b_4f8a, "s0"), (0xb8_460b, "s1"), (0x00_705a, "s2"), (0x7a_3e9d, "s3"), (0x8a_6100, "s4"), (0x4a_5560, "s5")];
/// How a hue's lines are dashed when it comes round again: its own dashes, and a mark more each time.
const AGAIN: [(&str, &str); 6] = [("40 6", "3 5"), ("16 5", "3 5"), ("5 4", "14 4"), ("20 5 4 5", "4 5"), ("28 8", "3 5"), ("2 5", "14 5")];
/// Rounds of the hues that are told apart in what plotters draws: the round stands in the last bits of the colour.
const ROUNDS: usize = 64;
const SOFT: [(u32, &str); 6] = [(0xc9_dcee, "l0"), (0xf4_d6c4, "l1"), (0xc3_e4dc, "l2"), (0xe2_d2ec, "l3"), (0xeb_dfbf, "l4"), (0xd3_d8dd, "l5")];
/// Light enough that ink on them keeps a contrast of 4.5; blue and orange, not red and green.
const HEAT: [(u32, &str); 9] = [
    (0xf0_a365, "h0"),
    (0xf7_c196, "h1"),
    (0xfb_dcc0, "h2"),
    (0xfd_f1e6, "h3"),
    (0xff_fffe, "h4"),
    (0xea_f2fa, "h5"),
    (0xcf_e1f3, "h6"),
    (0xa9_cbe9, "h7"),
    (0x7f_b2de, "h8"),
];
const INK: (u32, &str) = (0x24_292f, "ink");
const MUTED: (u32, &str) = (0x57_606a, "muted");
const RULE: (u32, &str) = (0xd8_dee4, "rule");
const GREY: (u32, &str) = (0xb0_b8c1, "grey");
const GREEN: (u32, &str) = (0x1a_7f37, "green");
const AMBER: (u32, &str) = (0x9a_6700, "amber");
const RED: (u32, &str) = (0xb4_2318, "red");

impl Tone {
    fn entry(self) -> (u32, &'static str) {
        match self {
            Self::Ink => INK,
            Self::Muted => MUTED,
            Self::Rule => RULE,
            Self::Grey => GREY,
            Self::Series(idx) => {
                let (hex, class) = SERIES[idx % SERIES.len()];
                (hex + (idx / SERIES.len() % ROUNDS) as u32, class)
            }
            Self::Soft(idx) => SOFT[idx % SOFT.len()],
            Self::Green => GREEN,
            Self::Amber => AMBER,
            Self::Red => RED,
            Self::Heat(step) => HEAT[(step.clamp(-4, 4) + 4) as usize],
        }
    }

    /// The colour plotters draws with.
    pub(super) fn color(self) -> RGBColor {
        let (hex, _) = self.entry();
        RGBColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
    }

    /// The class that replaces the colour.
    pub(super) fn class(self) -> &'static str {
        self.entry().1
    }
}

/// The class of a colour as plotters writes it, `#0B4F8A`, and the dashes of its lines where the class does not say them.
pub(super) fn class_of(written: &str) -> Option<(&'static str, Option<String>)> {
    let hex = u32::from_str_radix(written.strip_prefix('#')?, 16).ok()?;
    let rest = SOFT.iter().chain(&HEAT).chain([&INK, &MUTED, &RULE, &GREY, &GREEN, &AMBER, &RED]);
    if let Some((_, class)) = rest.copied().find(|(known, _)| *known == hex) {
        return Some((class, None));
    }
    let hue = SERIES.iter().position(|(first, _)| (*first..first + ROUNDS as u32).contains(&hex))?;
    let (first, class) = SERIES[hue];
    let (own, mark) = AGAIN[hue];
    let round = (hex - first) as usize;
    Some((class, (0 < round).then(|| format!("{own}{}", format!(" {mark}").repeat(round)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as WCAG 2.1 defines them.
    fn contrast(a: Tone, b: (u8, u8, u8)) -> f64 {
        let luminance = |(r, g, b): (u8, u8, u8)| {
            let part = |c: u8| {
                let c = f64::from(c) / 255.0;
                if c <= 0.039_28 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
        };
        let RGBColor(r, g, blue) = a.color();
        let (x, y) = (luminance((r, g, blue)), luminance(b));
        (x.max(y) + 0.05) / (x.min(y) + 0.05)
    }

    #[test]
    fn every_colour_has_one_class() {
        for tone in (0..6).flat_map(|idx| [Tone::Series(idx), Tone::Soft(idx)]).chain((-4..=4).map(Tone::Heat)).chain([
            Tone::Ink,
            Tone::Muted,
            Tone::Rule,
            Tone::Red,
        ]) {
            let RGBColor(r, g, b) = tone.color();
            assert_eq!(class_of(&format!("#{r:02X}{g:02X}{b:02X}")), Some((tone.class(), None)));
        }
    }

    #[test]
    fn the_lines_of_a_hundred_models_are_all_told_apart() {
        let look = |idx: usize| {
            let RGBColor(r, g, b) = Style::Series(idx).tone().color();
            class_of(&format!("#{r:02X}{g:02X}{b:02X}")).expect("a series has a class")
        };
        let looks: std::collections::BTreeSet<_> = (0..100).map(look).collect();
        assert_eq!(looks.len(), 100);
        assert_eq!(look(7), ("s1", Some("16 5 3 5".to_owned())));
        assert_eq!(look(12), ("s0", Some("40 6 3 5 3 5".to_owned())));
    }

    #[test]
    fn words_keep_a_contrast_of_four_and_a_half() {
        let white = (255, 255, 255);
        for tone in (0..6).map(Tone::Series).chain([Tone::Ink, Tone::Muted, Tone::Green, Tone::Amber, Tone::Red]) {
            assert!(4.5 <= contrast(tone, white), "{tone:?}: {}", contrast(tone, white));
        }
        for tone in (-4..=4).map(Tone::Heat) {
            let RGBColor(r, g, b) = tone.color();
            assert!(4.5 <= contrast(Tone::Ink, (r, g, b)), "{tone:?}");
        }
    }
}
