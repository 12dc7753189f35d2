"""How messages leave: claimed, marked, sent, recorded."""
