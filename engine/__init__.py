"""The engine: runs a checked model over a store, on time that is handed in."""
