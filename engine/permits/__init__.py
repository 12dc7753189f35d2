"""Whether a message may go, and what becomes of it."""
