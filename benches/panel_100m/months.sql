-- grain: loan_id, month_end
-- A loan's month with what it owes and how late it is.
select
    loan_months.loan_id as loan_id,
    loan_months.month_end as month_end,
    cast(12 * date_part('year', loan_months.month_end) + date_part('month', loan_months.month_end) as double) as month_idx,
    loan_months.balance as balance,
    loan_months.rate as rate,
    cast(loan_months.days_past_due as double) as days_past_due,
    loan_months.payment as payment,
    loan_months.balance * loan_months.rate / 12 + loan_months.balance / greatest(loan_months.term - loan_months.age, 1) as due,
    loan_months.ltv as ltv,
    loan_months.score as score,
    loan_months.age as age,
    loan_months.term as term,
    loan_months.state as state,
    loan_months.is_default as is_default,
    case when loan_months.days_past_due >= 30 then 1.0 else 0.0 end as is_late_30,
    case when loan_months.days_past_due >= 60 then 1.0 else 0.0 end as is_late_60
from loan_months
