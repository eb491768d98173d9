-- grain: entity, as_of
-- One row per loan, the day after its issue (issue dates are months): what the application said, and the price asked.
-- target: default within twelve months, known twelve months after issue whatever the outcome. A loan without an ending by then is good; a
-- younger one is neither good nor bad yet, and the run's as-of day, on or before its known_on, hides its target.
with applications as (
    select
        loans.loan_id as loan_id,
        loans.issue_d as issue_d,
        loans.grade as grade,
        cast(loans.funded_amnt as double) as funded_amnt,
        loans.int_rate as int_rate,
        loans.installment as installment,
        nullif(loans.annual_inc, 0) as income,
        loans.dti as dti,
        loans.emp_length as emp_length,
        loans.home_ownership as home_ownership,
        loans.verification_status as verification_status,
        loans.purpose as purpose,
        loans.earliest_cr_line as earliest_cr_line,
        loans.delinq_2yrs as delinq_2yrs,
        loans.inq_last_6mths as inq_last_6mths,
        nullif(loans.mths_since_last_delinq, 0) as months_since_delinquency,
        nullif(loans.mths_since_last_record, 0) as months_since_record,
        loans.open_acc as open_acc,
        loans.pub_rec as pub_rec,
        loans.revol_bal as revol_bal,
        loans.revol_util as revol_util,
        loans.total_acc as total_acc
    from loans
)
select
    cast(applications.loan_id as varchar) as entity,
    applications.issue_d + interval '1 day' as as_of,
    applications.issue_d + interval '12 months' as known_on,
    coalesce(performance.is_default, 0) as target,
    applications.funded_amnt as exposure,
    case when performance.is_default = 1 then performance.loss else 0 end as realized_loss,
    applications.grade as grade,
    ln(applications.funded_amnt) as log_amount,
    applications.int_rate as int_rate,
    ln(applications.income) as log_income,
    12 * applications.installment / applications.income as payment_to_income,
    applications.dti as dti,
    case applications.emp_length
        when '< 1 year' then 0
        when '1 year' then 1
        when '2 years' then 2
        when '3 years' then 3
        when '4 years' then 4
        when '5 years' then 5
        when '6 years' then 6
        when '7 years' then 7
        when '8 years' then 8
        when '9 years' then 9
        when '10+ years' then 10
    end as employment_years,
    case when applications.home_ownership = 'RENT' then 1 else 0 end as is_renter,
    case when applications.verification_status = 'Not Verified' then 0 else 1 end as is_verified,
    case when applications.purpose = 'small_business' then 1 else 0 end as is_small_business,
    case when applications.purpose in ('debt_consolidation', 'credit_card') then 1 else 0 end as is_refinancing,
    12 * (date_part('year', applications.issue_d) - date_part('year', applications.earliest_cr_line))
        + date_part('month', applications.issue_d) - date_part('month', applications.earliest_cr_line) as credit_history_months,
    applications.delinq_2yrs as delinquencies_2y,
    applications.inq_last_6mths as inquiries_6m,
    applications.months_since_delinquency as months_since_delinquency,
    case when applications.months_since_delinquency is null then 1 else 0 end as is_never_delinquent,
    case when applications.months_since_record is null then 0 else 1 end as has_record,
    applications.open_acc as open_accounts,
    applications.total_acc as total_accounts,
    applications.pub_rec as public_records,
    ln(1 + applications.revol_bal) as log_revolving_balance,
    applications.revol_util as revolving_utilization
from applications
left join performance
    on applications.loan_id = performance.loan_id
