"""A made-up retail chain whose true groups and defects are known."""
