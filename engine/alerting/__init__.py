"""Alerts: staff is told when something needs people. Never of a customer."""
