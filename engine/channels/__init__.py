"""Channels: thin adapters that carry messages out, behind one small protocol."""
