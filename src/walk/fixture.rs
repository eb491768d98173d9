//! A small panel and specs for the tests of the walk.

use crate::day::Day;
use crate::feature::{Dataset, Matrix};
use crate::spec::{Spec, parsed};

/// Days of the panel.
pub(super) const DAYS: i32 = 120;

/// Three entities a day for so many days from 2020-01-01; a target is known the day after and follows the one feature.
pub(super) fn panel(n_days: i32) -> Dataset {
    let first: Day = "2020-01-01".parse().expect("a day");
    let mut data = Dataset { entities: vec!["a".into(), "b".into(), "c".into()], feature_names: vec!["x".into()], ..Dataset::default() };
    let mut x = Vec::new();
    for day in 0..n_days {
        for entity in 0..3_u32 {
            // Any fixed pattern without a simple period will do.
            let value = f64::from(day * day + 7 * day * entity as i32 + entity as i32).sin();
            let noise = 0.5 * f64::from(day * 31 + entity as i32 * 17).cos();
            data.entity.push(entity);
            data.as_of.push(first.plus_days(day));
            data.known_on.push(Some(first.plus_days(day + 1)));
            data.target.push(Some(0.01 * (value + noise)));
            data.weight.push(1.0);
            x.push(value as f32);
        }
    }
    data.features = Matrix::from_columns(x.len(), &[x]);
    data
}

/// A spec with windows of ten days tested and thirty trained, and these models: TOML, or `baseline` for the two kinds of it.
pub(super) fn spec(models: &str) -> Spec {
    let models = if models == "baseline" {
        "[[models]]\nname = \"pool\"\nkind = \"baseline\"\nask = [\"mean\"]\n\
         [[models]]\nname = \"own\"\nkind = \"baseline\"\nask = [\"mean\"]\n[models.params]\nhistory = \"entity\"\nmin_history = 5\n"
    } else {
        models
    };
    let text = format!(
        "title = \"t\"\nkind = \"market\"\n[tables.a]\npath = \"a\"\ntime = \"day\"\n[features]\nsql = [\"f.sql\"]\n\
         [window]\nscheme = \"rolling\"\ntrain = \"30d\"\ntest = \"10d\"\n{models}"
    );
    parsed(&text).expect("the spec is whole")
}
