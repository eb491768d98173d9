-- grain: entity, as_of
-- A loan-month panel rolled forward: one row per loan and month in which it is open and not in default, dated the day after the month.
-- It reads two views or tables of one's own:
--   loan_months  loan_id, month_end (a row is known on it), balance, credit_limit, days_past_due, amount_due, amount_paid, is_default,
--                is_closed; one row a month from a loan's first to its last, is_default or is_closed = 1 in the last.
--   macro        month, published (the day its figures came out), unemployment, house_price_growth, policy_rate; one row per published.
--
-- Roll forward: f(x, n) over by_loan looks at the last n rows of the loan, this month's included, so a row must be a month. A month without
-- one must get a row of NULLs first: sums and counts skip it, and it keeps its place.
--
-- As-of join, with a publication lag: what matters is not the month that a figure is about but the day it came out. `latest` finds, for each
-- date on which rows are made, the last day of publication strictly before it, and the join is then an equality: a comparison over
-- dates (a few hundred), not over rows (millions). Changes are taken in the series, before the join, on what was published by then.
-- A series without such a day gets one from its lag: month + interval '1 month' + interval '15 days' as published.
--
-- target: is_default within the next twelve months, known on the last day of the twelfth whatever the outcome. 0 after a closing or
-- where the loan is still there in the twelfth month; NULL where its rows stop without an ending, and, with known_on, where the data end
-- before.
with steps as (
    select
        loan_months.loan_id as loan_id,
        loan_months.month_end as month_end,
        12 * date_part('year', loan_months.month_end) + date_part('month', loan_months.month_end) as month_idx,
        loan_months.balance as balance,
        loan_months.credit_limit as credit_limit,
        loan_months.days_past_due as days_past_due,
        loan_months.amount_due as amount_due,
        loan_months.amount_paid as amount_paid,
        loan_months.is_default as is_default,
        loan_months.is_closed as is_closed,
        loan_months.balance / nullif(loan_months.credit_limit, 0) as utilization,
        case when loan_months.days_past_due >= 30 then 1.0 when loan_months.days_past_due < 30 then 0.0 end as is_late_30,
        case when loan_months.days_past_due >= 60 then 1.0 when loan_months.days_past_due < 60 then 0.0 end as is_late_60,
        case when loan_months.amount_paid < loan_months.amount_due then 1.0 when loan_months.amount_paid >= loan_months.amount_due then 0.0 end as is_short
    from loan_months
),
data_end as (
    select max(steps.month_idx) as last_idx
    from steps
),
moves as (
    select
        steps.loan_id as loan_id,
        steps.month_end as month_end,
        steps.month_idx as month_idx,
        steps.balance as balance,
        steps.days_past_due as days_past_due,
        steps.amount_due as amount_due,
        steps.amount_paid as amount_paid,
        steps.is_default as is_default,
        steps.is_closed as is_closed,
        steps.utilization as utilization,
        steps.is_late_30 as is_late_30,
        steps.is_late_60 as is_late_60,
        steps.is_short as is_short,
        case when steps.days_past_due > lag(steps.days_past_due, 1) over by_loan then 1.0 else 0.0 end as is_worse,
        case when steps.days_past_due = 0 and lag(steps.days_past_due, 1) over by_loan > 0 then 1.0 else 0.0 end as is_cured,
        cast(case when steps.is_late_30 = 1 then steps.month_idx end as double) as late_idx,
        cast(case when steps.days_past_due = 0 then steps.month_idx end as double) as current_idx
    from steps
    window by_loan as (partition by steps.loan_id order by steps.month_idx rows between 1 preceding and current row)
),
rolled as (
    select
        moves.loan_id as loan_id,
        moves.month_end as month_end,
        moves.month_idx as month_idx,
        moves.balance as balance,
        moves.is_default as is_default,
        moves.is_closed as is_closed,
        max(moves.is_default) over next_year as n_default,
        max(moves.is_closed) over next_year as n_closed,
        max(moves.month_idx) over next_year as last_seen,
        moves.days_past_due as days_past_due,
        ts_sum(moves.is_late_30, 3) over by_loan as n_late_30_3m,
        ts_sum(moves.is_late_30, 12) over by_loan as n_late_30_12m,
        ts_sum(moves.is_late_60, 12) over by_loan as n_late_60_12m,
        ts_max(moves.days_past_due, 6) over by_loan as worst_days_past_due_6m,
        ts_max(moves.days_past_due, 12) over by_loan as worst_days_past_due_12m,
        ts_delta(moves.days_past_due, 1) over by_loan as days_past_due_change_1m,
        ts_sum(moves.is_worse, 6) over by_loan as n_worse_6m,
        ts_sum(moves.is_cured, 12) over by_loan as n_cured_12m,
        moves.month_idx - ts_fill(moves.late_idx, 36) over by_loan as months_since_late,
        moves.month_idx - ts_fill(moves.current_idx, 36) over by_loan as months_past_due,
        ts_sum(moves.is_short, 6) over by_loan as n_short_6m,
        ts_sum(moves.amount_paid, 3) over by_loan / nullif(ts_sum(moves.amount_due, 3) over by_loan, 0) as paid_to_due_3m,
        ts_sum(moves.amount_paid, 12) over by_loan / nullif(ts_sum(moves.amount_due, 12) over by_loan, 0) as paid_to_due_12m,
        moves.utilization as utilization,
        ts_mean(moves.utilization, 6) over by_loan as utilization_mean_6m,
        ts_max(moves.utilization, 12) over by_loan as utilization_max_12m,
        ts_beta(moves.utilization, 6) over by_loan as utilization_trend_6m,
        ts_beta(moves.utilization, 12) over by_loan as utilization_trend_12m,
        ts_std(moves.utilization, 12) over by_loan as utilization_sd_12m,
        ts_delta(moves.utilization, 3) over by_loan as utilization_change_3m,
        ts_count(moves.days_past_due, 12) over by_loan as n_months_12m
    from moves
    window
        by_loan as (partition by moves.loan_id order by moves.month_idx),
        next_year as (partition by moves.loan_id order by moves.month_idx range between 1 following and 12 following)
),
dates as (
    select distinct steps.month_end + interval '1 day' as as_of
    from steps
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
published as (
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
    rolled.loan_id as entity,
    rolled.month_end + interval '1 day' as as_of,
    case
        when rolled.month_idx + 12 <= data_end.last_idx
            then rolled.month_end + interval '1 day' + interval '12 months' - interval '1 day'
    end as known_on,
    case
        when rolled.month_idx + 12 > data_end.last_idx then null
        when rolled.n_default = 1 then 1
        when rolled.n_closed = 1 or rolled.last_seen = rolled.month_idx + 12 then 0
    end as target,
    rolled.balance as exposure,
    rolled.days_past_due as days_past_due,
    rolled.n_late_30_3m as n_late_30_3m,
    rolled.n_late_30_12m as n_late_30_12m,
    rolled.n_late_60_12m as n_late_60_12m,
    rolled.worst_days_past_due_6m as worst_days_past_due_6m,
    rolled.worst_days_past_due_12m as worst_days_past_due_12m,
    rolled.days_past_due_change_1m as days_past_due_change_1m,
    rolled.n_worse_6m as n_worse_6m,
    rolled.n_cured_12m as n_cured_12m,
    rolled.months_since_late as months_since_late,
    rolled.months_past_due as months_past_due,
    rolled.n_short_6m as n_short_6m,
    rolled.paid_to_due_3m as paid_to_due_3m,
    rolled.paid_to_due_12m as paid_to_due_12m,
    rolled.utilization as utilization,
    rolled.utilization_mean_6m as utilization_mean_6m,
    rolled.utilization_max_12m as utilization_max_12m,
    rolled.utilization_trend_6m as utilization_trend_6m,
    rolled.utilization_trend_12m as utilization_trend_12m,
    rolled.utilization_sd_12m as utilization_sd_12m,
    rolled.utilization_change_3m as utilization_change_3m,
    rolled.n_months_12m as n_months_12m,
    published.unemployment as unemployment,
    published.unemployment_change_6m as unemployment_change_6m,
    published.house_price_growth as house_price_growth,
    published.policy_rate as policy_rate,
    published.policy_rate_change_12m as policy_rate_change_12m
from rolled
cross join data_end
left join latest
    on rolled.month_end + interval '1 day' = latest.as_of
left join published
    on latest.published = published.published
where rolled.is_default = 0
    and rolled.is_closed = 0
