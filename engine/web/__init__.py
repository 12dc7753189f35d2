"""What comes in over HTTP: `homing serve --http`."""
