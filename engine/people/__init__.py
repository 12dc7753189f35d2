"""What people say and do: opt-outs, consents, replies, tasks."""
