//! Keys of `[[overlays]]` and `[[findings]]`.

use super::super::Need::{Optional, Required};
use super::super::Shape::{Choice, Date, Text};
use super::super::{Section, key, section};

pub(super) const OVERLAY: Section = section(
    "overlays[]",
    "an adjustment made to the model's output outside it",
    &[
        key("name", Text, Required, "\"Crisis add-on\"", "Its name; each is its own."),
        key("text", Text, Required, "\"VaR is raised while spreads are wide.\"", "What it does, and why."),
        key("amount", Text, Optional, "\"10 % of VaR\"", "How much it is, in words."),
        key("approved_by", Text, Optional, "\"Risk committee\"", "Who approved it."),
        key("expires", Date, Optional, "2020-03-31", "Day from which it no longer holds."),
    ],
);

pub(super) const FINDING: Section = section(
    "findings[]",
    "what stands against the model; stating the id of a draft that the program made adopts it",
    &[
        key("id", Text, Required, "\"F-1\"", "Its name, the same from run to run; each is its own."),
        key("severity", Choice(&["high", "medium", "low"]), Required, "\"medium\"", "How grave it is."),
        key("text", Text, Required, "\"VaR reacts late.\"", "What it is."),
        key("owner", Text, Optional, "\"Quant team\"", "Who answers for the remedy."),
        key("due", Date, Optional, "2020-03-31", "Day by which the remedy is due."),
        key("action", Text, Optional, "\"Shorten the window.\"", "The remedy."),
        key("opened", Date, Optional, "2019-12-01", "Day it was raised; without it, the day of the first run that holds it."),
        key("closed", Date, Optional, "2020-02-15", "Day it was closed; without it, it is open."),
    ],
);
