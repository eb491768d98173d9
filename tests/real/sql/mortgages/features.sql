-- grain: entity, as_of
-- One row per loan and quarter in which it is still alive, dated the day after the quarter.
-- target: default in the next four quarters. Known on the last day of the fourth, whatever happens: 1 after a default, 0 after a payoff or a
-- row without either in the fourth quarter, NULL where the rows stop before it without an ending. NULL, and no known_on, where the
-- data end before the fourth quarter.
-- Macro figures of a quarter come out after it: unemployment a week, GDP a month and house prices two months later. All three are taken to be
-- published two months after the quarter, so that a row dated the day after a quarter has those of the quarter before. `ltv_time` rests on
-- the quarter's own house prices; `ltv` is brought back to the published ones (its value is the balance over the price of the house, which
-- follows the index).
with data_end as (
    select max(quarters.time) as last_time
    from quarters
),
economy as (
    select
        quarters.time as time,
        quarters.quarter_end + interval '2 months' as published,
        max(quarters.uer_time) as unemployment,
        max(quarters.gdp_time) as gdp_growth,
        max(quarters.hpi_time) as house_prices
    from quarters
    group by quarters.time, quarters.quarter_end
),
economy_changes as (
    select
        economy.published as published,
        economy.house_prices as house_prices,
        economy.unemployment as unemployment,
        economy.unemployment - lag(economy.unemployment, 4) over by_quarter as unemployment_change_1y,
        economy.gdp_growth as gdp_growth,
        economy.house_prices / nullif(lag(economy.house_prices, 4) over by_quarter, 0) - 1 as house_price_change_1y
    from economy
    window by_quarter as (order by economy.time rows between 4 preceding and current row)
),
dates as (
    select distinct quarters.quarter_end as as_of
    from quarters
),
latest as (
    select
        dates.as_of as as_of,
        max(economy.published) as published
    from dates
    inner join economy
        on economy.published < dates.as_of
    group by dates.as_of
),
outcomes as (
    select
        quarters.id as id,
        quarters.time as time,
        max(quarters.default_time) over next_year as n_default,
        max(quarters.status_time) over next_year as ending,
        max(quarters.time) over next_year as last_seen,
        max(quarters.loss) over next_year as loss
    from quarters
    window next_year as (partition by quarters.id order by quarters.time range between 1 following and 4 following)
)
select
    cast(quarters.id as varchar) as entity,
    quarters.quarter_end as as_of,
    case when quarters.time + 4 <= data_end.last_time then quarters.quarter_end + interval '12 months' - interval '1 day' end as known_on,
    case
        when quarters.time + 4 > data_end.last_time then null
        when outcomes.n_default = 1 then 1
        when outcomes.ending > 0 or outcomes.last_seen = quarters.time + 4 then 0
    end as target,
    quarters.balance_time as exposure,
    case
        when quarters.time + 4 > data_end.last_time then null
        when outcomes.n_default = 1 then coalesce(outcomes.loss, 0)
        when outcomes.ending > 0 or outcomes.last_seen = quarters.time + 4 then 0
    end as realized_loss,
    case
        when quarters.is_condo = 1 then 'condominium'
        when quarters.is_planned_unit = 1 then 'planned unit'
        when quarters.is_single_family = 1 then 'single family'
        else 'other'
    end as property,
    least(quarters.ltv_time * quarters.hpi_time / economy_changes.house_prices, 250) as ltv,
    quarters.ltv_orig_time as ltv_origination,
    quarters.fico_orig_time as fico,
    quarters.interest_rate_time as interest_rate,
    quarters.interest_rate_time - quarters.rate_time as rate_spread,
    ln(nullif(greatest(quarters.balance_time, 0), 0)) as log_balance,
    1 - quarters.balance_time / nullif(quarters.balance_orig_time, 0) as paid_down,
    quarters.time - quarters.orig_time as age_quarters,
    quarters.mat_time - quarters.time as remaining_quarters,
    quarters.is_investor as is_investor,
    quarters.is_condo as is_condo,
    quarters.is_planned_unit as is_planned_unit,
    quarters.is_single_family as is_single_family,
    economy_changes.unemployment as unemployment,
    economy_changes.unemployment_change_1y as unemployment_change_1y,
    economy_changes.gdp_growth as gdp_growth,
    economy_changes.house_price_change_1y as house_price_change_1y
from quarters
cross join data_end
inner join outcomes
    on quarters.id = outcomes.id
    and quarters.time = outcomes.time
left join latest
    on quarters.quarter_end = latest.as_of
left join economy_changes
    on latest.published = economy_changes.published
where quarters.status_time = 0
