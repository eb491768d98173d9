//! `[models.tune]`: every trial is checked as the model's settings are.

mod draw;
mod range;

use self::draw::Draw;
use self::range::{Range, Whole, between, n_combinations};
use super::model::{declared, kind};
use crate::error::{Error, Result};
use crate::spec::key::Shape;
use crate::spec::raw::{Entries, Value};
use crate::spec::reader::{Reader, Tried};
use crate::spec::{Learning, Search, Trial, TuneSpec};

/// A search of more trials is more often a mistake than intended.
const MAX_TRIALS: usize = 1_000;

/// Draws for each trial wanted, after which no new combination is to be expected.
const DRAWS_PER_TRIAL: usize = 1_000;

/// Reads `[models.tune]` of the model `name`; its draws depend on `seed` and the name, not on the window.
pub(super) fn tune(model: &Reader<'_>, seed: u64, name: &str) -> Result<TuneSpec> {
    let (kind, block) = (model.choice("kind")?, model.block("tune")?);
    if declared(kind).learns != Learning::Rows {
        return Err(model.refuse("tune", format!("does not go with kind = \"{kind}\", which learns nothing from a window's rows")));
    }
    let block = block.by("search")?;
    let (search, wanted) = match block.choice("search")? {
        "grid" => (Search::Grid, 0),
        "random" => (Search::Random, block.count("trials")? as usize),
        "halving" => (Search::Halving, block.count("trials")? as usize),
        other => unreachable!("the table of keys has no search {other}"),
    };
    let folds = block.count("folds")?;
    let bench =
        Bench { model, kind, names: block.ranges("ranges")?.iter().map(|(name, _)| (*name).to_owned()).collect(), home: block.path("ranges") };
    bench.check_once()?;
    let ranges = bench.ranges(&block)?;
    let rows = match search {
        Search::Grid => grid(&block, &ranges)?,
        Search::Random | Search::Halving => drawn(&block, &ranges, wanted, Draw::new(seed, name))?,
    };
    let trials = rows.iter().map(|values| bench.trial(values)).collect::<Result<Vec<Trial>>>()?;
    if trials.iter().any(|trial| trial.kind.refresh() != trials[0].kind.refresh()) {
        return Err(block.refuse("ranges", "changes how often work that windows share is done again, which must be the same in all trials"));
    }
    Ok(TuneSpec { search, folds, trials })
}

/// Where a trial's settings are put together and checked.
struct Bench<'a> {
    model: &'a Reader<'a>,
    kind: &'static str,
    /// Tuned parameters, in the order of the file.
    names: Vec<String>,
    /// Where they stand, for messages.
    home: String,
}

impl Bench<'_> {
    /// A parameter stands in one place only.
    fn check_once(&self) -> Result<()> {
        let params = self.model.block("params")?;
        match self.names.iter().find(|name| params.entries().iter().any(|(key, _)| key == *name)) {
            None => Ok(()),
            Some(name) => Err(self
                .model
                .refuse(&format!("tune.ranges.{name}"), format!("is set in `{}` too", self.model.path(&format!("params.{name}"))))
                .hint("drop one of the two")),
        }
    }

    fn ranges(&self, block: &Reader<'_>) -> Result<Vec<Range>> {
        let mut ranges = Vec::new();
        for (name, tried) in block.ranges("ranges")? {
            let place = format!("ranges.{name}");
            ranges.push(match tried {
                Tried::Values(values) => {
                    if let Some(idx) = (1..values.len()).find(|&idx| values[..idx].contains(&values[idx])) {
                        return Err(block.refuse(&place, format!("holds {} twice", values[idx])));
                    }
                    Range::List(values.to_vec())
                }
                Tried::Ends(_) if block.choice("search")? == "grid" => {
                    return Err(block
                        .refuse(&place, "must be a list of values where search = \"grid\", was a block of keys")
                        .hint("list the values, or draw them: search = \"random\""));
                }
                Tried::Ends(ends) => between(&ends.plain()?)?,
            });
        }
        self.check_ends(&mut ranges)?;
        Ok(ranges)
    }

    /// Both ends of a range must be allowed, whether or not a draw comes near them, and the shape of the key says which numbers lie between.
    fn check_ends(&self, ranges: &mut [Range]) -> Result<()> {
        let at = |range: &Range, high_end: f64| match range {
            Range::List(values) => values[0].clone(),
            Range::Between { low, high, .. } => number(low + high_end * (high - low)),
        };
        for high_end in [0.0, 1.0] {
            let entries = self.entries(&ranges.iter().map(|range| at(range, high_end)).collect::<Vec<_>>())?;
            let params = self.model.block("params")?.tried(&entries, &self.home, &self.names).of(self.kind)?;
            for (name, range) in self.names.iter().zip(&mut *ranges) {
                let Range::Between { whole, .. } = range else { continue };
                match params.key(name).shape {
                    Shape::Integer(..) => {
                        params.whole(name)?;
                        *whole = Whole::Yes;
                    }
                    Shape::Number(_) => {
                        params.number(name)?;
                    }
                    _ => return Err(params.wrong(params.key(name), &Value::Block(Vec::new())).hint("list the values to try, in brackets")),
                }
            }
        }
        Ok(())
    }

    /// The model's settings with these values of the tuned parameters.
    fn entries(&self, values: &[Value]) -> Result<Entries> {
        let fixed = self.model.block("params")?.entries().to_vec();
        Ok(fixed.into_iter().chain(self.names.iter().cloned().zip(values.iter().cloned())).collect())
    }

    fn trial(&self, values: &[Value]) -> Result<Trial> {
        let entries = self.entries(values)?;
        let params = self.model.block("params")?.tried(&entries, &self.home, &self.names);
        let settings: Vec<(String, String)> = self.names.iter().cloned().zip(values.iter().map(written)).collect();
        match kind(self.kind, params) {
            Ok(kind) => Ok(Trial { settings, kind }),
            Err(error) => Err(told(error, &settings)),
        }
    }
}

/// Settings that are refused together are shown together.
fn told(error: Error, settings: &[(String, String)]) -> Error {
    if settings.len() < 2 || error.fault().hint.is_some() {
        return error;
    }
    let settings: Vec<String> = settings.iter().map(|(name, value)| format!("{name} {value}")).collect();
    error.hint(format!("this is the trial of {}", settings.join(", ")))
}

/// Every combination; the first parameter's values change last, so that the first listed of each come first.
fn grid(block: &Reader<'_>, ranges: &[Range]) -> Result<Vec<Vec<Value>>> {
    let n_trials = n_combinations(ranges);
    if MAX_TRIALS < n_trials {
        return Err(block
            .refuse("ranges", format!("makes {n_trials} trials, and at most {MAX_TRIALS} are run"))
            .hint("list fewer values, or draw some combinations: search = \"random\""));
    }
    if n_trials == 1 {
        return Err(block.refuse("ranges", "holds one combination, which leaves nothing to choose").hint("list further values"));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for range in ranges {
        let Range::List(values) = range else { unreachable!("a grid is made of lists") };
        rows = rows.iter().flat_map(|row| values.iter().map(|value| row.iter().chain([value]).cloned().collect())).collect();
    }
    Ok(rows)
}

/// As many different combinations as wanted.
fn drawn(block: &Reader<'_>, ranges: &[Range], wanted: usize, mut draw: Draw) -> Result<Vec<Vec<Value>>> {
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(wanted);
    let n_there = n_combinations(ranges);
    if n_there < wanted {
        return Err(block
            .refuse("trials", format!("must be at most {n_there}, the number of combinations that `ranges` gives; was {wanted}"))
            .hint("try fewer, widen the ranges, or try all that are listed: search = \"grid\""));
    }
    for _ in 0..wanted * DRAWS_PER_TRIAL {
        let row: Vec<Value> = ranges.iter().map(|range| draw.value(range)).collect();
        if !rows.contains(&row) {
            rows.push(row);
        }
        if rows.len() == wanted {
            return Ok(rows);
        }
    }
    let problem = format!("asks for {wanted} different combinations, and {} draws brought {}", wanted * DRAWS_PER_TRIAL, rows.len());
    Err(block.refuse("trials", problem).hint("try fewer, or widen the ranges"))
}

/// A number as the author would have written it: whole numbers without a point.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { Value::Integer(value as i64) } else { Value::Number(value) }
}

/// A value for the record of a trial.
fn written(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Time(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(fact) => fact.to_string(),
        Value::Day(day) => day.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Block(_) => unreachable!("no parameter holds a block"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::parsed;
    use super::*;
    use crate::spec::ModelSpec;

    fn tuned(kind: &str, lines: &str, seed: u64) -> std::result::Result<ModelSpec, String> {
        below("tune", kind, lines, seed)
    }

    /// A model of this kind, with these lines in this block of it, in a spec of this seed.
    fn below(block: &str, kind: &str, lines: &str, seed: u64) -> std::result::Result<ModelSpec, String> {
        let text = format!(
            "title = \"t\"\nkind = \"market\"\nseed = {seed}\n[tables.a]\npath = \"a\"\ntime = \"day\"\n[features]\nsql = [\"f.sql\"]\n\
             [window]\nscheme = \"split\"\nshare = 0.5\n[[models]]\nname = \"m\"\nkind = \"{kind}\"\nask = [\"mean\"]\n[models.{block}]\n{lines}\n"
        );
        Ok(parsed(&text)?.models.remove(0))
    }

    fn settings(model: &ModelSpec) -> Vec<String> {
        let written = |trial: &Trial| trial.settings.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ");
        model.tune.as_ref().expect("a search is asked for").trials.iter().map(written).collect()
    }

    #[test]
    fn a_grid_lists_every_combination_with_the_first_values_first() {
        let model = tuned("gbdt", "search = \"grid\"\nranges = { depth = [2, 4], learning_rate = [0.1, 0.05, 1] }", 1).expect("a grid");
        let expected = [
            "2, learning_rate 0.1",
            "2, learning_rate 0.05",
            "2, learning_rate 1",
            "4, learning_rate 0.1",
            "4, learning_rate 0.05",
            "4, learning_rate 1",
        ];
        assert_eq!(settings(&model), expected.map(|rest| format!("depth {rest}")));
        let tune = model.tune.expect("a search is asked for");
        assert_eq!((tune.search, tune.folds), (Search::Grid, 3));
        assert_eq!(tune.trials[0].kind, model.kind, "the first trial stands for the model");
        let by_hand = below("params", "gbdt", "depth = 4\nlearning_rate = 1", 1).expect("settings");
        assert_eq!(tune.trials[5].kind, by_hand.kind);
    }

    const RANDOM: &str = "search = \"random\"\ntrials = 200\nranges = { depth = { min = 1, max = 16, scale = \"log\" }, \
                          learning_rate = { min = 0.01, max = 0.5, scale = \"log\" }, row_share = { min = 0.5, max = 1 } }";

    #[test]
    fn draws_are_the_seeds_and_stay_in_their_ranges_evenly_in_logarithms_where_asked() {
        let model = tuned("gbdt", RANDOM, 1).expect("ranges are allowed");
        assert_eq!(settings(&model), settings(&tuned("gbdt", RANDOM, 1).expect("the same spec")));
        assert_ne!(settings(&model), settings(&tuned("gbdt", RANDOM, 2).expect("another seed")));
        let trials = model.tune.expect("a search").trials;
        let drawn = |idx: usize| trials.iter().map(move |trial| trial.settings[idx].1.parse::<f64>().expect("a number"));
        assert_eq!(trials.len(), 200);
        // Below the geometric mean 0.0707 of the learning rates and the mean 0.75 of the shares lie half of them, below a depth of 4
        // ln 4 / ln 17 = 0.489: 100, 100 and 98 of 200 with a standard deviation of 7.
        for (idx, low, high, middle) in [(0, 1.0, 16.0, 4.0), (1, 0.01, 0.5, 0.0707), (2, 0.5, 1.0, 0.75)] {
            assert!(drawn(idx).all(|value| low <= value && value <= high));
            let n = drawn(idx).filter(|&value| value < middle).count();
            assert!((72..=128).contains(&n), "setting {idx}: {n}");
        }
    }

    #[test]
    fn all_of_a_few_combinations_are_drawn_once_each_and_no_more_can_be() {
        let lines = |trials: u32| format!("search = \"halving\"\ntrials = {trials}\nranges = {{ depth = {{ min = 1, max = 3 }}, trees = [10, 20] }}");
        let mut all = settings(&tuned("gbdt", &lines(6), 1).expect("six combinations"));
        all.sort();
        assert_eq!(
            all,
            ["depth 1, trees 10", "depth 1, trees 20", "depth 2, trees 10", "depth 2, trees 20", "depth 3, trees 10", "depth 3, trees 20"]
        );
        let refused = tuned("gbdt", &lines(7), 1).expect_err("seven of six");
        assert!(refused.contains("`models[0].tune.trials` must be at most 6"), "{refused}");
    }

    #[test]
    fn an_end_of_a_range_is_refused_though_no_draw_comes_near_it() {
        let lines = "search = \"random\"\ntrials = 2\nranges = { row_share = { min = 0.1, max = 1.0000001 } }";
        let refused = tuned("gbdt", lines, 1).expect_err("a share above 1");
        assert_eq!(refused, "x.toml: `models[0].tune.ranges.row_share` must be above 0 and at most 1, was 1.0000001");
    }

    #[test]
    fn what_is_asked_is_checked_for_every_trial_and_a_column_learns_nothing() {
        let refused = tuned("column", "search = \"grid\"\nranges = { columns = [[\"benchmark_a\"], [\"benchmark_b\"]] }", 1).expect_err("a column");
        assert_eq!(refused, "x.toml: `models[0].tune` does not go with kind = \"column\", which learns nothing from a window's rows");
        let lists = tuned("ridge", "search = \"grid\"\nranges = { features = [[\"a\"], [\"a\", \"b\"]] }", 1).expect("lists of lists");
        assert_eq!(settings(&lists), ["features [a]", "features [a, b]"]);
    }
}
