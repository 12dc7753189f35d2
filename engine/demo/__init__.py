"""The demonstration: a made-up service centre that lives through months of virtual time."""
