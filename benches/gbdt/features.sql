-- grain: entity, as_of
-- The table that benches/gbdt/speed.py and growth.py write: features x0, x1, ... and a target known at once.
select *
from rows
