"""Channels of kind `smtp`: e-mail by a server that takes it in."""
