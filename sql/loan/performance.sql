-- grain: loan_id
-- What became of each loan within twelve months of issue, whatever is known by now.
-- known_on: the first day on or after issue + 12 months on which anything is recorded (a loan issued, an event): the log has
-- then reached that date, so the outcome is known whatever it is. It is NULL while the log has not.
with recorded as (
    select distinct log.day as day
    from (
        select loans.issued as day
        from loans
        union all
        select loan_events.event_date as day
        from loan_events
    ) as log
),
horizons as (
    select distinct loans.issued + interval '12 months' as horizon
    from loans
),
reached as (
    select
        horizons.horizon as horizon,
        min(recorded.day) as known_on
    from horizons
    inner join recorded
        on recorded.day >= horizons.horizon
    group by horizons.horizon
),
defaults as (
    select
        loan_events.loan_id as loan_id,
        min(loan_events.event_date) as defaulted,
        sum(loan_events.amount) as balance
    from loan_events
    where loan_events.event = 'default'
    group by loan_events.loan_id
),
recoveries as (
    select
        loan_events.loan_id as loan_id,
        sum(loan_events.amount) as recovered
    from loan_events
    where loan_events.event = 'recovery'
    group by loan_events.loan_id
)
select
    loans.loan_id as loan_id,
    loans.issued as issued,
    reached.known_on as known_on,
    case when defaults.defaulted < loans.issued + interval '12 months' then 1 else 0 end as is_default,
    case
        when defaults.defaulted < loans.issued + interval '12 months' then defaults.balance - coalesce(recoveries.recovered, 0)
        else 0
    end as loss
from loans
left join reached
    on loans.issued + interval '12 months' = reached.horizon
left join defaults
    on loans.loan_id = defaults.loan_id
left join recoveries
    on loans.loan_id = recoveries.loan_id
