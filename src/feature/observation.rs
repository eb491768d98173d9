//! Observation: what is a row, an entity or an entity at one of its dates?

use super::Dataset;
use crate::day::Day;

/// What a row of the view is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observation {
    /// An entity: none has two rows.
    Entity,
    /// An entity in one of its years.
    Yearly,
    /// An entity in one of its quarters.
    Quarterly,
    /// An entity in one of its months.
    Monthly,
    /// An entity on one of its dates.
    Dated,
}

impl Observation {
    /// Reads it off the days between an entity's rows: their median tells years, quarters and months from other spans.
    #[must_use]
    pub fn of(data: &Dataset) -> Self {
        let mut last: Vec<Option<Day>> = vec![None; data.entities.len()];
        let mut gaps: Vec<i32> = Vec::new();
        for (&entity, &day) in data.entity.iter().zip(&data.as_of) {
            if let Some(before) = last[entity as usize].replace(day) {
                gaps.push(day.0 - before.0);
            }
        }
        gaps.sort_unstable();
        match gaps.get(gaps.len() / 2) {
            None => Self::Entity,
            Some(27..=32) => Self::Monthly,
            Some(85..=95) => Self::Quarterly,
            Some(350..=380) => Self::Yearly,
            Some(_) => Self::Dated,
        }
    }

    /// First day of the period that a day's observation stands for.
    #[must_use]
    pub fn period(self, day: Day) -> Day {
        match self {
            Self::Entity | Self::Dated => day,
            Self::Monthly => day.month_start(),
            Self::Quarterly => day.month_start().plus_months(-((day.month() as i32 - 1) % 3)),
            Self::Yearly => day.month_start().plus_months(1 - day.month() as i32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(facts: &[(u32, &str)]) -> Dataset {
        Dataset {
            entities: vec!["a".to_owned(), "b".to_owned()],
            entity: facts.iter().map(|(entity, _)| *entity).collect(),
            as_of: facts.iter().map(|(_, day)| day.parse().expect("a literal date")).collect(),
            ..Dataset::default()
        }
    }

    #[test]
    fn a_panel_is_known_by_the_days_between_an_entitys_rows() {
        assert_eq!(Observation::of(&rows(&[(0, "2020-01-01"), (1, "2020-04-01")])), Observation::Entity);
        assert_eq!(Observation::of(&rows(&[(0, "2020-01-01"), (1, "2020-01-15"), (0, "2020-04-01")])), Observation::Quarterly);
        assert_eq!(Observation::of(&rows(&[(0, "2020-01-31"), (0, "2020-02-29"), (0, "2020-03-31")])), Observation::Monthly);
        assert_eq!(Observation::of(&rows(&[(0, "2019-12-31"), (0, "2020-12-31")])), Observation::Yearly);
        assert_eq!(Observation::of(&rows(&[(0, "2020-01-01"), (0, "2020-01-02")])), Observation::Dated);
    }

    #[test]
    fn a_period_begins_on_its_first_day() {
        let day = "2020-08-15".parse().expect("a literal date");
        let starts = [Observation::Yearly, Observation::Quarterly, Observation::Monthly, Observation::Dated].map(|kind| kind.period(day).to_string());
        assert_eq!(starts, ["2020-01-01", "2020-07-01", "2020-08-01", "2020-08-15"]);
    }
}
