"""The commands of `homing`, one module per group. Bodies are short: they call the engine and print."""
