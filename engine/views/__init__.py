"""What there is, as values for people and programs: names instead of numbers, times in the business zone."""
