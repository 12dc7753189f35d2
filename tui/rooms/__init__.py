"""The rooms, a module each."""
