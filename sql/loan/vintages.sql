-- grain: month_idx
-- What was known of older loans when a month of issue (month_idx = 12 x year + month) began.
-- vintage_default_rate: of the loans issued 13 to 24 months before, those that defaulted within twelve months of issue. The last of
-- them was issued twelve months and a day before this month began, so every one of these outcomes is known by then.
-- write_off_rate: write-offs of the last three whole months by the loans issued and not ended before them.
with issued as (
    select
        12 * date_part('year', performance.issued) + date_part('month', performance.issued) as month_idx,
        count(*) as n_issued,
        sum(performance.is_default) as n_default
    from performance
    group by 12 * date_part('year', performance.issued) + date_part('month', performance.issued)
),
ended as (
    select
        12 * date_part('year', loan_events.event_date) + date_part('month', loan_events.event_date) as month_idx,
        sum(case when loan_events.event <> 'recovery' then 1 else 0 end) as n_ended,
        sum(case when loan_events.event = 'default' then 1 else 0 end) as n_written_off
    from loan_events
    group by 12 * date_part('year', loan_events.event_date) + date_part('month', loan_events.event_date)
),
months as (
    select
        coalesce(issued.month_idx, ended.month_idx) as month_idx,
        coalesce(issued.n_issued, 0) as n_issued,
        coalesce(issued.n_default, 0) as n_default,
        coalesce(ended.n_ended, 0) as n_ended,
        coalesce(ended.n_written_off, 0) as n_written_off
    from issued
    full join ended
        on issued.month_idx = ended.month_idx
)
select
    months.month_idx as month_idx,
    cast(sum(months.n_default) over year_before_last as double)
        / nullif(sum(months.n_issued) over year_before_last, 0) as vintage_default_rate,
    cast(sum(months.n_written_off) over last_quarter as double)
        / nullif(sum(months.n_issued) over until_quarter - sum(months.n_ended) over until_quarter, 0) as write_off_rate
from months
window
    year_before_last as (order by months.month_idx range between 24 preceding and 13 preceding),
    last_quarter as (order by months.month_idx range between 3 preceding and 1 preceding),
    until_quarter as (order by months.month_idx range between unbounded preceding and 4 preceding)
