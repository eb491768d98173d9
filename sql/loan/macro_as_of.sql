-- grain: as_of
-- For every day after an issue: the latest figures published before it.
with dates as (
    select distinct loans.issued + interval '1 day' as as_of
    from loans
),
latest as (
    select
        dates.as_of as as_of,
        max(macro.published) as published
    from dates
    inner join macro
        on macro.published < dates.as_of
    group by dates.as_of
),
changes as (
    select
        macro.published as published,
        macro.unemployment as unemployment,
        ts_delta(macro.unemployment, 6) over by_month as unemployment_change_6m,
        macro.house_price_growth as house_price_growth,
        macro.policy_rate as policy_rate,
        ts_delta(macro.policy_rate, 12) over by_month as policy_rate_change_12m
    from macro
    window by_month as (order by macro.month)
)
select
    latest.as_of as as_of,
    changes.unemployment as unemployment,
    changes.unemployment_change_6m as unemployment_change_6m,
    changes.house_price_growth as house_price_growth,
    changes.policy_rate as policy_rate,
    changes.policy_rate_change_12m as policy_rate_change_12m
from latest
inner join changes
    on latest.published = changes.published
