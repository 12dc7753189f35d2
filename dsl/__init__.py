"""The rule language: text to model. Knows no database, no clock and no channel."""
