"""What we ask of others, as plain data: storage, tables, calendars, hooks and offers."""
