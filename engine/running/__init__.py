"""A run: the moves of everybody who is due."""
