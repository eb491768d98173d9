-- grain: entity, as_of
delete from bars
