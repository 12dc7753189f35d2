"""Texts of messages: files, templates, places."""
