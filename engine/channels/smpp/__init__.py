"""Channels of kind `smpp`: short messages over a link to an operator's SMSC."""
