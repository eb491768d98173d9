//! The table of keys: type, default, range and meaning stand here and nowhere else.

mod governance;
mod search;

use self::governance::{FINDING, OVERLAY};
use self::search::{CORRELATION, ELIMINATION, ENDS, GRID, HALVING, IMPORTANCE, RANDOM, SELECT, STABILITY, TUNE};
use super::Need::{Default, Optional, Required};
use super::Range::{Above, AboveUpTo, Between, Finite, Inside};
use super::Shape::{Block, Blocks, Choice, Date, Gap, Integer, Named, Number, OneOrMore, Period, Remark, SomeTexts, Text, Texts};
use super::{DAYS, Key, Section, Shape, key, section, where_is};
use crate::spec::model::{KINDS, NAMES};

const SEVERITY: Shape = Choice(&["ignore", "note", "warn", "stop"]);

/// Blocks before the settings of models.
const BEFORE: &[Section] = &[TOP, TABLE, QUALITY, SEVERITIES, FEATURE, TARGET, WINDOW, SLIDING, EXPANDING, SPLIT, MODEL];

/// Blocks after them.
const AFTER: &[Section] = &[
    TUNE,
    GRID,
    RANDOM,
    HALVING,
    ENDS,
    SELECT,
    CORRELATION,
    IMPORTANCE,
    ELIMINATION,
    STABILITY,
    BOOK,
    LONG_SHORT,
    LOANS,
    RISK,
    LIMIT,
    OVERLAY,
    FINDING,
    SIGN_OFF,
];

/// Every block of a spec, in the order of a file.
pub(in crate::spec) fn sections() -> impl Iterator<Item = &'static Section> {
    BEFORE.iter().chain(KINDS.iter().map(|kind| &kind.section)).chain(AFTER)
}

const TOP: Section = section(
    "",
    "the report",
    &[
        key("title", Text, Required, "\"US equities: next-day returns\"", "Heading of the report."),
        key("portfolio", Text, Optional, "\"60 US stocks\"", "The book or portfolio judged, in words; without it, the title."),
        key("kind", Choice(&["market", "credit"]), Required, "\"market\"", "Which page is made: returns and VaR, or default and loss."),
        key("as_of", Date, Optional, "2020-01-01", "Data of this day and later are not read."),
        key("seed", Integer(0, i64::MAX), Default("1"), "1", "Seed of everything random."),
        key("limitations", Texts, Default("[]"), "[\"Prices are synthetic.\"]", "Known limitations, printed as they are."),
        key(
            "data_origin",
            Choice(&["observed", "synthetic", "mixed"]),
            Optional,
            "\"observed\"",
            "Whether the tables hold what happened or were made, printed on page one.",
        ),
        key("model_id", Text, Optional, "\"EQ-VAR-001\"", "Identity of the model in the owner's inventory."),
        key("tier", Text, Optional, "\"1\"", "Tier of the model in the owner's inventory."),
        key("owner", Text, Optional, "\"Head of market risk\"", "Who owns the model."),
        key("developer", Text, Optional, "\"Quant team\"", "Who developed it."),
        key("validator", Text, Optional, "\"Model validation\"", "Who validates it."),
        key("intended_use", Text, Optional, "\"Daily VaR of the equity book.\"", "What the model is to be used for."),
        key("restrictions", Texts, Default("[]"), "[\"Not for single names.\"]", "What it may not be used for, or only so."),
        key("next_review", Date, Optional, "2020-06-30", "Day of the next review."),
        key("recommendation", Text, Optional, "\"Use, with a limit on ES.\"", "What the author recommends, printed on page one."),
        key(
            "framework",
            OneOrMore,
            Optional,
            "\"ss1_23\"",
            "Framework of the evidence map, or a list of them: sr_26_2, sr_11_7, ss1_23, ecb, mar32_33, ifrs_9.",
        ),
        key("tables", Named, Required, "prices", "Parquet tables; the name is the one used in SQL."),
        key("features", Block, Required, "", "The SQL that makes features."),
        key("target", Block, Optional, "", "The unit of what is forecast."),
        key("window", Block, Required, "", "How history is walked."),
        key("models", Blocks, Required, "", "Models, each retrained in every window."),
        key("book", Block, Optional, "", "What is held on the forecasts; without it, no book is made."),
        key("risk", Block, Optional, "", "How risk is judged."),
        key("limits", Blocks, Optional, "", "Limits that colour the report and set the exit code."),
        key("overlays", Blocks, Optional, "", "Adjustments made to the model's output outside it."),
        key("findings", Blocks, Optional, "", "What stands against the model; kept from run to run until closed."),
        key("sign_off", Block, Optional, "", "Names under the report."),
    ],
);

const TABLE: Section = section(
    "tables.NAME",
    "a Parquet table",
    &[
        key(
            "path",
            Text,
            Required,
            "\"data/sample/prices.parquet\"",
            "File, folder or glob, relative to the project root; below a folder, names such as year=2020 are columns.",
        ),
        key("time", Text, Required, "\"date\"", "Column or SQL expression with the day a row became known."),
        key(
            "sorted_by",
            Texts,
            Default("[]"),
            "[\"ticker\", \"date\"]",
            "Columns the files are sorted by, ascending, NULL last; checked row by row.",
        ),
        key("key", Texts, Default("[]"), "[\"ticker\", \"date\"]", "Columns that identify a row; empty: not checked."),
        key(
            "outcomes",
            Texts,
            Default("[]"),
            "[\"total_pymnt\"]",
            "Columns known only later than the row; NULL until the day in `outcomes_known`, and in the no-look-ahead test.",
        ),
        key(
            "outcomes_known",
            Text,
            Optional,
            "\"closed_on\"",
            "Column with the day the outcomes became known; without it, the no-look-ahead test hides them all and a run reads what the file holds.",
        ),
        key("quality", Block, Optional, "", "Data-quality checks."),
    ],
);

const QUALITY: Section = section(
    "tables.NAME.quality",
    "data-quality checks; one whose column is not named is not run",
    &[
        key("entity", Text, Optional, "\"ticker\"", "Column that says whose history a row belongs to."),
        key("price", Text, Optional, "\"close\"", "Price column."),
        key("high", Text, Optional, "\"high\"", "Column with the day's high; goes with `low`."),
        key("low", Text, Optional, "\"low\"", "Column with the day's low; goes with `high`."),
        key("volume", Text, Optional, "\"volume\"", "Volume column."),
        key("max_return", Number(Above(0.0)), Default("0.5"), "0.5", "Absolute return beyond which a price is suspect; a decimal."),
        key("max_gap_days", DAYS, Default("7"), "7", "Calendar days between two rows of an entity beyond which there is a gap."),
        key("stale_days", DAYS, Default("5"), "5", "Number of unchanged prices in a row that make a stale run."),
        key("max_null_share", Number(Between(0.0, 1.0)), Default("0.05"), "0.05", "Share of NULLs in a column beyond which it is a finding."),
        key("severity", Block, Optional, "", "What a finding means, by check."),
    ],
);

const SEVERITIES: Section = section(
    "tables.NAME.quality.severity",
    "what a finding means: ignored, noted, an amber warning, or the end of the run",
    &[
        key("null_share", SEVERITY, Default("\"note\""), "\"note\"", "A column with many NULLs."),
        key("duplicates", SEVERITY, Default("\"stop\""), "\"stop\"", "A `key` found twice."),
        key("gaps", SEVERITY, Default("\"warn\""), "\"warn\"", "A gap in an entity's history."),
        key("stale", SEVERITY, Default("\"warn\""), "\"warn\"", "A price that does not move."),
        key("returns", SEVERITY, Default("\"warn\""), "\"warn\"", "A return beyond `max_return`."),
        key("level_shifts", SEVERITY, Default("\"warn\""), "\"warn\"", "A price beyond a factor of 4 of the rows before that stays there."),
        key("ended", SEVERITY, Default("\"note\""), "\"note\"", "Names whose rows end before the table does, by year."),
        key("high_low", SEVERITY, Default("\"warn\""), "\"warn\"", "A high below the low, or a price outside the two."),
        key("zero_volume", SEVERITY, Default("\"note\""), "\"note\"", "A day without trades."),
        key("not_finite", SEVERITY, Default("\"stop\""), "\"stop\"", "A NaN or infinite number."),
    ],
);

const FEATURE: Section = section(
    "features",
    "the SQL and what its last view carries",
    &[
        key("sql", SomeTexts, Required, "[\"sql/equity/features.sql\"]", "SQL files in order; a file's stem is its view's name."),
        key("carry", Texts, Default("[]"), "[\"sector\"]", "Columns for the book and the segments, never shown to a model."),
        key("segment", Text, Optional, "\"sector\"", "Carried text column by which errors are also broken down."),
        key(
            "truncation_dates",
            Integer(1, 1000),
            Default("5"),
            "5",
            "Dates tried by the no-look-ahead test; up to as many more where a table with a `key` tells again what it had told.",
        ),
    ],
);

const TARGET: Section = section(
    "target",
    "what is forecast",
    &[
        key(
            "unit",
            Choice(&["return", "share", "money", "probability", "number"]),
            Optional,
            "\"money\"",
            "Unit of the target; without it, return in a market report, probability or share in a credit report.",
        ),
        key("currency", Text, Optional, "\"USD\"", "Currency of unit = \"money\", by ISO 4217."),
        key(
            "delay_dates",
            Integer(0, 1000),
            Default("0"),
            "1",
            "Dates that pass before the target's days begin: 1 for the return from the next close to the one after. Dates alone cannot tell it from a return of two days.",
        ),
        key(
            "prior",
            Number(Inside(0.0, 1.0)),
            Optional,
            "0.0017",
            "Share of ones in the population, where classes are resampled; PDs are corrected to it.",
        ),
    ],
);

const SCHEMES: Shape = Choice(&["rolling", "expanding", "split"]);
const TEST: Key = key("test", Period, Required, "\"6mo\"", "Length of a test span; tests follow one another without a gap.");
const FIRST_TEST: Key = key("first_test", Date, Optional, "2013-01-01", "First day tested; without it, as early as the train span allows.");

const WINDOW: Section = section(
    "window",
    "how history is walked",
    &[
        key("scheme", SCHEMES, Required, "\"rolling\"", "How train spans move."),
        key("embargo", Gap, Default("\"0d\""), "\"5d\"", "Gap between the last target known to a model and its test."),
        key("last_test", Date, Optional, "2020-01-01", "Day after the last one tested; without it, the end of the data."),
    ],
);

const SLIDING: Section = where_is(
    ("scheme", "rolling"),
    "window",
    "a train span of fixed length rolls forward",
    &[key("train", Period, Required, "\"3y\"", "Length of the train span."), TEST, FIRST_TEST],
);

const EXPANDING: Section = where_is(
    ("scheme", "expanding"),
    "window",
    "the train span starts at the first row and grows",
    &[key("train", Period, Required, "\"3y\"", "Length of the shortest train span."), TEST, FIRST_TEST],
);

const SPLIT: Section = where_is(
    ("scheme", "split"),
    "window",
    "one cut of the dates",
    &[key("share", Number(Inside(0.0, 1.0)), Required, "0.8", "Share of the dates that trains; the rest is tested.")],
);

const MODEL: Section = section(
    "models[]",
    "a model",
    &[
        key("name", Text, Required, "\"trees\"", "Name in the report: a lower-case letter, then letters, digits, _ and -."),
        key("kind", Choice(NAMES), Required, "\"gbdt\"", "The learner."),
        key("ask", SomeTexts, Required, "[\"mean\"]", "What is forecast: mean, probability, volatility, quantile TAIL, shortfall TAIL."),
        key("params", Block, Optional, "", "The learner's settings."),
        key("tune", Block, Optional, "", "Settings searched for inside each window; without it, they are those of `params`."),
        key("select", Block, Optional, "", "Features chosen inside each window, before settings; without it, all of `params.features`."),
    ],
);

const BOOK: Section = section(
    "book",
    "what is held on the forecasts",
    &[
        key("kind", Choice(&["long_short", "loans"]), Required, "\"long_short\"", "A traded book (market reports) or a loan book (credit reports)."),
        key("models", SomeTexts, Required, "[\"trees\"]", "Models followed, a book each; asked for the mean (long_short) or probability (loans)."),
    ],
);

const LONG_SHORT: Section = where_is(
    ("kind", "long_short"),
    "book",
    "long the highest mean forecasts, short the lowest",
    &[
        key("share", Number(AboveUpTo(0.0, 0.5)), Default("0.2"), "0.2", "Share of the names on each side."),
        key("weights", Choice(&["equal", "rank"]), Default("\"equal\""), "\"equal\"", "How a side is weighted."),
        key("rebalance", Choice(&["daily", "weekly", "monthly"]), Default("\"daily\""), "\"weekly\"", "How often weights are set."),
        key("cost_bps", Number(Between(0.0, 10_000.0)), Default("0"), "5", "Cost per unit of turnover, in basis points."),
        key("delay_days", Integer(0, 252), Default("1"), "1", "Trading days between the decision and the first return earned."),
        key(
            "delisting_return",
            Number(Between(-1.0, 1.0)),
            Default("0"),
            "-0.3",
            "Return of a name held when its rows end, unless SQL gives its last target; Shumway (1997) has -0.3.",
        ),
    ],
);

const LOANS: Section = where_is(
    ("kind", "loans"),
    "book",
    "loans approved below a cut-off",
    &[
        key("lgd", Number(Between(0.0, 1.0)), Required, "0.45", "Share of the exposure lost when a loan defaults."),
        key("exposure", Text, Required, "\"amount\"", "Carried column with the exposure, in currency."),
        key("realized_loss", Text, Optional, "\"loss\"", "Carried column with the realised loss, in currency; without it, lgd x exposure x default."),
        key("cutoff", Number(Inside(0.0, 1.0)), Required, "0.1", "Loans with a probability strictly below this are approved."),
    ],
);

const RISK: Section = section(
    "risk",
    "how risk is judged",
    &[
        key("entity", Text, Optional, "\"MARKET\"", "The entity whose VaR is the headline; it is not traded, nor ranked with the others."),
        key(
            "entities",
            Texts,
            Default("[]"),
            "[\"DESK_A\", \"DESK_B\"]",
            "Other entities whose VaR and ES are tested one by one; metrics: coverage.MODEL.TAIL@ENTITY.kupiec_p.",
        ),
        key("days_per_year", Number(Between(1.0, 366.0)), Default("252"), "252", "Trading days a year."),
        key("significance", Number(Inside(0.0, 0.5)), Default("0.05"), "0.05", "Level of the tests' decisions."),
        key("baseline", Text, Optional, "\"trees\"", "Model the others are compared with."),
    ],
);

const LIMIT: Section = section(
    "limits[]",
    "a limit; at least one of min and max",
    &[
        key("metric", Text, Required, "\"coverage.ewma.0.01.kupiec_p\"", "Name of a number in summary.json."),
        key("min", Number(Finite), Optional, "0.05", "Smallest value allowed."),
        key("max", Number(Finite), Optional, "1", "Largest value allowed."),
    ],
);

const SIGN_OFF: Section = section(
    "sign_off",
    "who answers for the report; blank lines where not given",
    &[
        key("prepared", Remark, Optional, "\"Quant team\"", "Who prepared it."),
        key("reviewed", Remark, Optional, "\"\"", "Who reviewed it."),
        key("approved", Remark, Optional, "\"\"", "Who approved it."),
    ],
);
