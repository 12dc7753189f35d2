"""Journeys as pictures."""
