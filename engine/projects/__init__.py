"""Projects and releases: a folder, its settings, the rules that run."""
