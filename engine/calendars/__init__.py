"""Business time: the zone, working days, holidays, key days."""
