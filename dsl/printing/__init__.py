"""The canonical form of rules."""
