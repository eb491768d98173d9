-- grain: entity, as_of
select ticker as entity, date as as_of, date as known_on, close from bars
