-- grain: id, time
-- One row per loan and quarter. Exact duplicates, which panels of this source are known for, are removed here, in sight.
-- quarter_end is the first day after the quarter, by which its row is known.
with distinct_rows as (
    select distinct
        panel.id as id,
        panel.time as time,
        panel.orig_time as orig_time,
        panel.mat_time as mat_time,
        panel.balance_time as balance_time,
        panel."LTV_time" as ltv_time,
        panel.interest_rate_time as interest_rate_time,
        panel.rate_time as rate_time,
        panel.hpi_time as hpi_time,
        panel.gdp_time as gdp_time,
        panel.uer_time as uer_time,
        panel."REtype_CO_orig_time" as is_condo,
        panel."REtype_PU_orig_time" as is_planned_unit,
        panel."REtype_SF_orig_time" as is_single_family,
        panel.investor_orig_time as is_investor,
        panel.balance_orig_time as balance_orig_time,
        panel."FICO_orig_time" as fico_orig_time,
        panel."LTV_orig_time" as ltv_orig_time,
        panel.default_time as default_time,
        panel.status_time as status_time,
        panel.lgd_time as lgd_time
    from panel
)
select
    distinct_rows.id as id,
    distinct_rows.time as time,
    make_date(cast(2000 + distinct_rows.time / 4 as int), cast(distinct_rows.time % 4 * 3 + 1 as int), 1) as quarter_end,
    distinct_rows.orig_time as orig_time,
    distinct_rows.mat_time as mat_time,
    distinct_rows.balance_time as balance_time,
    distinct_rows.ltv_time as ltv_time,
    distinct_rows.interest_rate_time as interest_rate_time,
    distinct_rows.rate_time as rate_time,
    distinct_rows.hpi_time as hpi_time,
    distinct_rows.gdp_time as gdp_time,
    distinct_rows.uer_time as uer_time,
    distinct_rows.is_condo as is_condo,
    distinct_rows.is_planned_unit as is_planned_unit,
    distinct_rows.is_single_family as is_single_family,
    distinct_rows.is_investor as is_investor,
    distinct_rows.balance_orig_time as balance_orig_time,
    distinct_rows.fico_orig_time as fico_orig_time,
    distinct_rows.ltv_orig_time as ltv_orig_time,
    distinct_rows.default_time as default_time,
    distinct_rows.status_time as status_time,
    distinct_rows.lgd_time * distinct_rows.balance_time as loss
from distinct_rows
