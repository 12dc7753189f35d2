"""Channels of kind `http`: any gateway that takes JSON or forms."""
