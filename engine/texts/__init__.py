"""Texts of messages and scripts, a batch at a time."""
