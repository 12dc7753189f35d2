"""Why a gateway cannot be reached, as the system says it, in reasons that can be said in another language."""

import errno
import os
import re
import socket
import ssl
from collections.abc import Mapping

from engine.reasons import (
    NAME_NOT_FOUND,
    NAMES_FAIL,
    NETWORK_AWAY,
    NO_ROUTE,
    NOBODY_LISTENS,
    RESET,
    TIMED_OUT,
    Reason,
)

_NUMBER = re.compile(r"\[Errno -?\d+\] ?")

_USUAL: Mapping[int | None, Reason] = {
    errno.ECONNREFUSED: NOBODY_LISTENS,
    errno.ECONNRESET: RESET,
    errno.ETIMEDOUT: TIMED_OUT,
    errno.EHOSTUNREACH: NO_ROUTE,
    errno.ENETUNREACH: NETWORK_AWAY,
}
_OF_NAMES: Mapping[int | None, Reason] = {
    socket.EAI_NONAME: NAME_NOT_FOUND,
    socket.EAI_AGAIN: NAMES_FAIL,
}


def why_unreached(error: Exception) -> str:
    """What the system says, without its number and without the address, which is in the table anyway."""
    if not isinstance(error, OSError) or isinstance(error, ssl.SSLError):
        return str(error) or type(error).__name__
    usual = (_OF_NAMES if isinstance(error, socket.gaierror) else _USUAL).get(error.errno)
    if usual is not None:
        return usual()
    if error.errno and error.errno > 0 and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)  # the loop has put the address into the words of the error
    return _NUMBER.sub("", str(error)) or type(error).__name__
