"""The daemon: runs on a schedule, delivers in between, and knows when it must not."""
