//! A first market report from bars of prices.

use std::fmt::Write as _;

use super::facts::{Facts, Field, Kind, first, only};
use super::{Draft, Said};
use crate::error::{Error, Result};
use crate::source::quoted;

const ENTITIES: [&str; 17] = [
    "ticker",
    "symbol",
    "entity",
    "permno",
    "isin",
    "cusip",
    "sedol",
    "ric",
    "figi",
    "instrument",
    "security",
    "asset",
    "stock",
    "fund",
    "name",
    "code",
    "id",
];
const TIMES: [&str; 8] = ["date", "day", "trade_date", "as_of", "time", "timestamp", "datetime", "datum"];
const CLOSES: [&str; 13] =
    ["adj_close", "adjusted_close", "adjclose", "close_adj", "close", "price", "px_last", "last", "settle", "nav", "level", "value", "index"];
const VOLUMES: [&str; 3] = ["volume", "vol", "shares_traded"];
const NOT_CLOSES: [&str; 4] = ["open", "high", "low", "vwap"];
/// Bars a year of what is common: calendar days, trading days, weeks, months, quarters.
const SPACINGS: [(f64, &str); 5] = [(365.0, "calendar days"), (252.0, "trading days"), (52.0, "weeks"), (12.0, "months"), (4.0, "quarters")];
/// Dates below which there is nothing to walk through.
const LEAST_DATES: f64 = 80.0;
/// Names from which a long-short book is one.
const BOOK_NAMES: f64 = 20.0;

struct Columns<'a> {
    entity: Option<&'a Field>,
    time: &'a Field,
    close: &'a Field,
    volume: Option<&'a Field>,
}

/// How long, how dense, how many.
struct Shape {
    n_dates: usize,
    n_entities: f64,
    days_per_year: usize,
    bars: &'static str,
    first: String,
    last: String,
}

pub(super) fn draft(report: &str, sql: &str, facts: &Facts, said: &Said) -> Result<Draft> {
    let columns = columns(facts, said)?;
    let shape = shape(facts, &columns)?;
    let (short, long) = if shape.n_dates < 300 { (3, 10) } else { (5, 20) };
    let n_usable = shape.n_dates - long - 1;
    let train = (3 * shape.days_per_year).max(60).min(n_usable / 2);
    let n_tested = n_usable - train;
    let test = (shape.days_per_year / 2).max(n_tested.div_ceil(30)).clamp(1, (n_tested / 4).max(1));
    let plan = Plan { short, long, train, test, n_tested, has_book: BOOK_NAMES <= shape.n_entities };
    let mut assumed = vec![
        format!(
            "{} is the date, {} the price{}{}",
            named(columns.time),
            named(columns.close),
            columns.entity.map_or(", one entity".to_owned(), |entity| format!(", {} the entity ({} of them)", named(entity), shape.n_entities)),
            columns.volume.map_or(String::new(), |volume| format!(", {} the volume", named(volume)))
        ),
        format!("{} dates from {} to {}: bars are {}, days_per_year = {}", shape.n_dates, shape.first, shape.last, shape.bars, shape.days_per_year),
        format!("models learn from {train} dates and are tested on the next {test}: about {} windows", n_tested.div_ceil(test)),
        "prices are adjusted for splits and dividends; a move beyond a factor of 4 in one bar is no target".to_owned(),
    ];
    if plan.has_book {
        assumed.push("a long-short book follows `ridge`, at 5 basis points per unit of turnover".to_owned());
    }
    Ok(Draft { spec: spec(report, sql, facts, &columns, &shape, &plan, &assumed), sql: view(&columns, &shape, &plan), assumed })
}

struct Plan {
    short: usize,
    long: usize,
    train: usize,
    test: usize,
    n_tested: usize,
    has_book: bool,
}

fn named(field: &Field) -> String {
    format!("`{}`", field.name)
}

fn columns<'a>(facts: &'a Facts, said: &Said) -> Result<Columns<'a>> {
    let time = facts.time(said.time.as_deref(), &TIMES)?;
    let numbers: Vec<&Field> = facts.of_kinds(&[Kind::Number]);
    let volume = match &said.volume {
        Some(name) => Some(facts.named("--volume", name)?),
        None => first(&numbers, &VOLUMES),
    };
    let entity = entity(facts, said, time)?;
    let is_taken = |field: &Field| Some(&field.name) == volume.map(|volume| &volume.name) || Some(&field.name) == entity.map(|entity| &entity.name);
    let prices: Vec<&Field> = numbers.into_iter().filter(|field| !is_taken(field)).collect();
    let likely: Vec<&Field> = prices.iter().copied().filter(|field| first(&[field], &NOT_CLOSES).is_none()).collect();
    let close = match &said.close {
        Some(name) => facts.named("--close", name)?,
        None => first(&prices, &CLOSES).or(only(&likely)).ok_or_else(|| facts.untold("the closing price", "--close", &prices))?,
    };
    let column = quoted(&close.name);
    let found = facts.numbers(&format!("select count(*), count({column}), count(case when {column} <= 0 then 1 end) from FILE"))?;
    if 0.05 * found[1] < found[2] || found[1] == 0.0 {
        return Err(Error::data(&facts.path, format!("`{}` is 0 or below in {} of {} rows: no price", close.name, found[2], found[1]))
            .hint("say --close COLUMN; of returns, write the SQL by hand: `plimsoll check --explain`, README.md"));
    }
    Ok(Columns { entity, time, close, volume })
}

fn entity<'a>(facts: &'a Facts, said: &Said, time: &Field) -> Result<Option<&'a Field>> {
    let candidates: Vec<&Field> = facts.of_kinds(&[Kind::Text, Kind::Number]).into_iter().filter(|field| field.name != time.name).collect();
    let texts: Vec<&Field> = candidates.iter().copied().filter(|field| field.kind == Kind::Text).collect();
    let found = match &said.entity {
        Some(name) => Some(facts.named("--entity", name)?),
        None => first(&candidates, &ENTITIES).or(only(&texts)),
    };
    let key = found.map_or(String::new(), |entity| format!("{}, ", quoted(&entity.name)));
    let date = format!("cast({} as date)", quoted(&time.name));
    let twice =
        facts.rows(&format!("select {key}{date}, count(*) from FILE group by {key}{date} having count(*) > 1 order by {key}{date} limit 1"))?;
    match (twice.first(), found) {
        (None, found) => Ok(found),
        (Some(_), None) => Err(facts.untold("the entity: several rows share a date", "--entity", &texts)),
        (Some(row), Some(entity)) => {
            Err(Error::data(&facts.path, format!("{} rows share `{}` and `{}`, such as {} {}", row[2], entity.name, time.name, row[0], row[1]))
                .hint("a row is an entity and a date: say --entity COLUMN, or mend the data (bars within a day must be made bars of days first)"))
        }
    }
}

fn shape(facts: &Facts, columns: &Columns<'_>) -> Result<Shape> {
    let date = format!("cast({} as date)", quoted(&columns.time.name));
    let entities = columns.entity.map_or("1".to_owned(), |entity| format!("count(distinct {})", quoted(&entity.name)));
    let rows = facts.rows(&format!("select count(distinct {date}), {entities}, min({date}), max({date}), max({date}) - min({date}) from FILE"))?;
    let row = rows.first().cloned().unwrap_or_default();
    let number = |at: usize| row.get(at).and_then(|cell| cell.split_whitespace().next()).and_then(|cell| cell.parse::<f64>().ok()).unwrap_or(0.0);
    let day = |at: usize| row.get(at).and_then(|cell: &String| cell.parse::<crate::day::Day>().ok()).map_or(0.0, |day| f64::from(day.0));
    let n_dates = number(0);
    if n_dates < LEAST_DATES {
        return Err(Error::data(&facts.path, format!("has {n_dates} dates: a walk wants {LEAST_DATES} or more")).hint("a longer history"));
    }
    let per_year = (n_dates - 1.0) * 365.25 / (day(3) - day(2));
    let (days_per_year, bars) =
        SPACINGS.into_iter().min_by(|(a, _), (b, _)| (per_year / a).ln().abs().total_cmp(&(per_year / b).ln().abs())).unwrap_or(SPACINGS[1]);
    Ok(Shape {
        n_dates: n_dates as usize,
        n_entities: number(1),
        days_per_year: days_per_year as usize,
        bars,
        first: row[2].clone(),
        last: row[3].clone(),
    })
}

#[expect(clippy::too_many_lines, reason = "the text of one SQL file")]
fn view(columns: &Columns<'_>, shape: &Shape, plan: &Plan) -> String {
    let Plan { short, long, .. } = *plan;
    let entity = columns.entity.map_or("'ALL'".to_owned(), |entity| format!("cast({} as varchar)", quoted(&entity.name)));
    let (date, close) = (quoted(&columns.time.name), quoted(&columns.close.name));
    let mut features = vec![
        ("return_1".to_owned(), "moves.return_1".to_owned()),
        (format!("return_{short}"), format!("ts_return(moves.close, {short}) over by_name")),
        (format!("return_{long}"), format!("ts_return(moves.close, {long}) over by_name")),
        (format!("volatility_{long}"), format!("ts_std(moves.return_1, {long}) over by_name")),
        (format!("close_to_mean_{long}"), format!("moves.close / ts_mean(moves.close, {long}) over by_name - 1")),
    ];
    let volume = columns.volume.map(|volume| quoted(&volume.name));
    if volume.is_some() {
        features.push((format!("volume_to_mean_{long}"), format!("moves.volume / nullif(ts_mean(moves.volume, {long}) over by_name, 0)")));
    }
    let volume_of = |of: &str| volume.as_ref().map_or(String::new(), |_| format!(",\n        {of}.volume as volume"));
    let volume_bar = volume.as_ref().map_or(String::new(), |volume| format!(",\n        cast({volume} as double) as volume"));
    let made = features.iter().map(|(name, sql)| format!(",\n        {sql} as {name}")).collect::<Vec<_>>().concat();
    let handed = |of: &str| features.iter().map(|(name, _)| format!(",\n    {of}.{name} as {name}")).collect::<Vec<_>>().concat();
    // A gap of so many days is no bar: the next price is then no target.
    let gap = (5.0 * 365.25 / shape.days_per_year as f64).ceil().max(7.0);
    let mut sql = format!(
        "-- grain: entity, as_of
-- One row per entity and bar. A row made from data up to and with day d has as_of = d + 1 day: it was known strictly before.
-- target: the return from the close of d to the next close, known on that close's date; none where the next close is more than
-- {gap} days away, or on another price level (beyond a factor of 4: a split that nobody adjusted, or a misprint).
with bars as (
    select
        {entity} as entity,
        cast({date} as date) as date,
        cast({close} as double) as close{volume_bar}
    from prices
    where {close} > 0
),
moves as (
    select
        bars.entity as entity,
        bars.date as date,
        bars.close as close{},
        ts_return(bars.close, 1) over by_name as return_1,
        lead(bars.date) over next_bar as next_date,
        lead(bars.close) over next_bar / bars.close - 1 as next_return,
        row_number() over (partition by bars.entity order by bars.date rows between unbounded preceding and current row) as n_bars
    from bars
    window
        by_name as (partition by bars.entity order by bars.date),
        next_bar as (partition by bars.entity order by bars.date rows between current row and 1 following)
),
features as (
    select
        moves.entity as entity,
        moves.date as date,
        moves.n_bars as n_bars,
        case when moves.next_date <= moves.date + interval '{gap} days' and moves.next_return between -0.75 and 3 then moves.next_date end as known_on,
        case when moves.next_date <= moves.date + interval '{gap} days' and moves.next_return between -0.75 and 3 then moves.next_return end as target{made}
    from moves
    window by_name as (partition by moves.entity order by moves.date)
)",
        volume_of("bars"),
    );
    let own = handed("features");
    if columns.entity.is_none() || shape.n_entities < 2.0 {
        let _ = write!(
            sql,
            "
select
    features.entity as entity,
    features.date + interval '1 day' as as_of,
    features.known_on as known_on,
    features.target as target{own}
from features
where features.n_bars > {long}
"
        );
        return sql;
    }
    let means = features.iter().map(|(name, _)| format!(",\n    avg(dated.{name}) as {name}")).collect::<Vec<_>>().concat();
    let dated = features.iter().map(|(name, _)| format!(",\n        features.{name} as {name}")).collect::<Vec<_>>().concat();
    let _ = write!(
        sql,
        ",
-- The equal-weighted market, of the names whose next close is the market's: known when that day is over. Sums are taken in the order of
-- the names, so that they are the same to the last bit whatever else the table holds.
dated as (
    select
        features.date as date,
        features.known_on as known_on,
        features.target as target,
        min(features.known_on) over of_date as next_date{dated}
    from features
    where features.n_bars > {long}
    window of_date as (partition by features.date order by features.entity rows between unbounded preceding and unbounded following)
)
select
    features.entity as entity,
    features.date + interval '1 day' as as_of,
    features.known_on as known_on,
    features.target as target,
    1 as weight{own}
from features
where features.n_bars > {long}
union all
select
    'MARKET' as entity,
    dated.date + interval '1 day' as as_of,
    min(dated.known_on) as known_on,
    avg(case when dated.known_on = dated.next_date then dated.target end) as target,
    0 as weight{means}
from dated
group by dated.date
"
    );
    sql
}

fn spec(report: &str, sql: &str, facts: &Facts, columns: &Columns<'_>, shape: &Shape, plan: &Plan, assumed: &[String]) -> String {
    let is_panel = columns.entity.is_some() && 2.0 <= shape.n_entities;
    let tails: &[&str] = if 500 <= plan.n_tested { &["0.01", "0.025"] } else { &["0.05"] };
    let asks = tails.iter().map(|tail| format!(", \"quantile {tail}\"")).collect::<Vec<_>>().concat();
    let tail = tails[tails.len() - 1];
    let history = (plan.train / 2).min(100);
    let mut text = String::new();
    for line in assumed {
        let _ = writeln!(text, "# Assumed: {line}.");
    }
    let text_of = |value: &str| format!("{value:?}");
    let _ = write!(
        text,
        "title = {}
kind = \"market\"
limitations = [\"A first report, as `plimsoll new` wrote it: nobody has looked at its assumptions yet.\"]

[tables.prices]
path = {}
time = {}              # the day on which a row became known
key = [{}]

[tables.prices.quality]
price = {}
max_gap_days = {}
",
        text_of(&format!("{report}: returns and VaR")),
        text_of(&facts.path),
        text_of(&format!("cast({} as date)", quoted(&columns.time.name))),
        columns.entity.into_iter().chain([columns.time]).map(|field| text_of(&field.name)).collect::<Vec<_>>().join(", "),
        text_of(&columns.close.name),
        (1_900 / shape.days_per_year).max(7),
    );
    for (key, field) in [("entity", columns.entity), ("volume", columns.volume)] {
        if let Some(field) = field {
            let _ = writeln!(text, "{key} = {}", text_of(&field.name));
        }
    }
    let _ = write!(
        text,
        "
[features]
sql = [{}]

[window]
scheme = \"rolling\"
train = \"{}td\"          # dates with rows; 5y, 6mo and 2w are understood too
test = \"{}td\"

[[models]]
name = \"baseline\"       # what history says
kind = \"baseline\"
ask = [\"mean\", \"volatility\"{asks}, \"shortfall {tail}\"]
[models.params]
history = \"entity\"
min_history = {history}

[[models]]
name = \"ewma\"
kind = \"ewma\"
ask = [\"volatility\"{asks}, \"shortfall {tail}\"]
[models.params]
min_history = {}

[[models]]
name = \"ridge\"          # learns from the features of the SQL
kind = \"ridge\"
ask = [\"mean\"]
[models.params]
l2 = 0.05
",
        text_of(sql),
        plan.train,
        plan.test,
        history.min(60),
    );
    if plan.has_book {
        let _ = write!(
            text,
            "
[book]
kind = \"long_short\"
models = [\"ridge\"]
rebalance = \"{}\"
cost_bps = 5
",
            if 200 < shape.days_per_year { "weekly" } else { "daily" },
        );
    }
    let _ = write!(
        text,
        "
[risk]
{}days_per_year = {}
baseline = \"baseline\"

# `plimsoll check reports/{report}.toml --metrics` lists what else a limit may stand on.
[[limits]]
metric = \"coverage.ewma.{tail}.kupiec_exact_p\"
min = 0.05
",
        if is_panel { "entity = \"MARKET\"\n" } else { "" },
        shape.days_per_year,
    );
    text
}
