-- grain: entity, as_of
-- One row per loan and month in which it is not in default, dated the day after the month; the target is a default within a year.
with data_end as (
    select max(12 * date_part('year', loan_months.month_end) + date_part('month', loan_months.month_end)) as last_idx
    from loan_months
),
rolled as (
    select
        months.loan_id as loan_id,
        cast(months.month_end + interval '1 day' as date) as as_of,
        cast(months.month_end + interval '1 day' + interval '12 months' - interval '1 day' as date) as year_end,
        months.month_idx as month_idx,
        months.state as state,
        months.balance as balance,
        months.rate as rate,
        months.days_past_due as days_past_due,
        months.ltv as ltv,
        months.score as score,
        months.age as age,
        months.term as term,
        months.is_default as is_default,
        max(months.is_default) over next_year as n_default,
        ts_sum(months.is_late_30, 3) over by_loan as n_late_30_3m,
        ts_sum(months.is_late_30, 12) over by_loan as n_late_30_12m,
        ts_sum(months.is_late_60, 12) over by_loan as n_late_60_12m,
        ts_max(months.days_past_due, 6) over by_loan as worst_days_past_due_6m,
        ts_max(months.days_past_due, 12) over by_loan as worst_days_past_due_12m,
        ts_delta(months.days_past_due, 1) over by_loan as days_past_due_change_1m,
        months.month_idx - ts_fill(case when months.is_late_30 = 1 then months.month_idx end, 36) over by_loan as months_since_late,
        months.month_idx - ts_fill(case when months.days_past_due = 0 then months.month_idx end, 36) over by_loan as months_past_due,
        ts_sum(months.payment, 3) over by_loan / nullif(ts_sum(months.due, 3) over by_loan, 0) as paid_to_due_3m,
        ts_sum(months.payment, 12) over by_loan / nullif(ts_sum(months.due, 12) over by_loan, 0) as paid_to_due_12m,
        ts_return(months.balance, 6) over by_loan as balance_change_6m,
        ts_beta(months.ltv, 12) over by_loan as ltv_trend_12m,
        ts_std(months.ltv, 12) over by_loan as ltv_sd_12m,
        ts_mean(months.score, 6) over by_loan as score_mean_6m,
        ts_delta(months.score, 6) over by_loan as score_change_6m,
        ts_count(months.days_past_due, 12) over by_loan as n_months_12m
    from months
    window
        by_loan as (partition by months.loan_id order by months.month_end),
        next_year as (partition by months.loan_id order by months.month_end rows between 1 following and 12 following)
)
select
    rolled.loan_id as entity,
    rolled.as_of as as_of,
    case when rolled.month_idx + 12 <= data_end.last_idx then rolled.year_end end as known_on,
    case when rolled.month_idx + 12 <= data_end.last_idx then cast(coalesce(rolled.n_default, 0) as double) end as target,
    rolled.state as state,
    rolled.balance as balance,
    rolled.rate as rate,
    rolled.days_past_due as days_past_due,
    rolled.ltv as ltv,
    rolled.score as score,
    rolled.age as age,
    rolled.term - rolled.age as months_left,
    rolled.n_late_30_3m as n_late_30_3m,
    rolled.n_late_30_12m as n_late_30_12m,
    rolled.n_late_60_12m as n_late_60_12m,
    rolled.worst_days_past_due_6m as worst_days_past_due_6m,
    rolled.worst_days_past_due_12m as worst_days_past_due_12m,
    rolled.days_past_due_change_1m as days_past_due_change_1m,
    rolled.months_since_late as months_since_late,
    rolled.months_past_due as months_past_due,
    rolled.paid_to_due_3m as paid_to_due_3m,
    rolled.paid_to_due_12m as paid_to_due_12m,
    rolled.balance_change_6m as balance_change_6m,
    rolled.ltv_trend_12m as ltv_trend_12m,
    rolled.ltv_sd_12m as ltv_sd_12m,
    rolled.score_mean_6m as score_mean_6m,
    rolled.score_change_6m as score_change_6m,
    rolled.n_months_12m as n_months_12m,
    macro_as_of.unemployment as unemployment,
    macro_as_of.unemployment_change_6m as unemployment_change_6m,
    macro_as_of.house_price_growth as house_price_growth,
    rolled.rate - macro_as_of.policy_rate / 100 as spread,
    macro_as_of.policy_rate_change_12m as policy_rate_change_12m
from rolled
cross join data_end
left join macro_as_of
    on rolled.as_of = macro_as_of.as_of
where rolled.is_default = 0
