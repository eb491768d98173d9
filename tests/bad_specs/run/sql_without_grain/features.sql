select bars.ticker as entity from bars
