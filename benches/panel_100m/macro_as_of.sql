-- grain: as_of
-- For each day on which rows are made, the macro figures published before it: see sql/loan/panel.sql.
with dates as (
    select distinct cast(loan_months.month_end + interval '1 day' as date) as as_of
    from loan_months
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
series as (
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
    series.unemployment as unemployment,
    series.unemployment_change_6m as unemployment_change_6m,
    series.house_price_growth as house_price_growth,
    series.policy_rate as policy_rate,
    series.policy_rate_change_12m as policy_rate_change_12m
from latest
inner join series
    on latest.published = series.published
