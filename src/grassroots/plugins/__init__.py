"""The built-in storages and calendars, registered through the same entry points as anyone's."""
