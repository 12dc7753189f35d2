"""Conditions and time as SQL."""
