"""From text to tree, with recovery."""
