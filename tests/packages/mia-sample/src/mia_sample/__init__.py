"""A plugin as a third party would write and ship it."""
