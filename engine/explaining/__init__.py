"""Why things are as they are, for one customer."""
