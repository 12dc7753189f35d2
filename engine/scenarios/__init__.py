"""Rules tested with rules: scenarios played by the real engine, in a store in memory, on virtual time."""
