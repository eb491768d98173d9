-- grain: loan_id
-- How loans ended. The file has no date of charge-off: a charged-off loan is taken to default four months after its last payment,
-- or after its issue if it never paid; that day is the time of the table.
select
    endings.loan_id as loan_id,
    case
        when endings.loan_status in ('Charged Off', 'Does not meet the credit policy. Status:Charged Off')
            and coalesce(endings.last_pymnt_d, endings.issue_d) + interval '4 months' <= endings.issue_d + interval '12 months'
            then 1
        else 0
    end as is_default,
    endings.funded_amnt - endings.total_rec_prncp - endings.recoveries as loss
from endings
