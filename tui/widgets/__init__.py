"""Widgets that several rooms use. They post messages and know no room."""
