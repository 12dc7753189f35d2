"""The review room: terminal screens over the engine's views and verbs."""
