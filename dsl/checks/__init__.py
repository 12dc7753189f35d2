"""Checks of a whole rule set: one module for each family of diagnostics. `dsl.check` runs them all."""
