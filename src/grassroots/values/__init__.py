"""Small values that every floor may use: ids, dates, counts, names, messy cells."""
