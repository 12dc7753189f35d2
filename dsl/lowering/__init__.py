"""From tree to model."""
