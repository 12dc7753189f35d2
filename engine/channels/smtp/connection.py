"""One connection to a server, and one mail over it, in steps: it is known what was said when something went wrong.

Before the dot that ends a mail, nothing has been taken, whatever happens. After it, only an answer tells.
"""

import asyncio
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol

from engine.channels.network_errors import why_unreached
from engine.channels.protocol import Accepted, NotSent, Outcome, Unknown
from engine.channels.smtp.answers import Reply, judged, not_taken, of_recipient, queue_id
from engine.reasons import BROKEN_OFF, NO_ANSWER, NO_SMTP, NOT_REACHED, TOO_SLOW

CONNECT = 3.0
"""Seconds at most until a connection stands; greeting, TLS and login have as long as a mail."""

_LARGE = 16_384  # bytes; a smaller mail is handed to the system in one piece
_CLOSING = 421
_END = b".\r\n"


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails go. `hello`: what we call ourselves; `timeout`: seconds for one mail, all in all."""

    host: str
    port: int
    hello: str
    timeout: float
    starttls: bool = True
    tls: bool = False
    context: ssl.SSLContext | None = field(default=None, repr=False)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


class Mail(NamedTuple):
    """What is handed over: addresses, and the mail without the dot that ends it."""

    sender: str
    to: str
    content: bytes


class GoneError(Exception):
    """A connection that was used before has been closed by the server; nothing of this mail was said on it."""


@dataclass(slots=True)
class Connection:
    """A connection that stands. `heard`: where what was said and heard is kept, for those who ask."""

    smtp: SMTP
    sock: socket.socket = field(repr=False)
    timeout: float
    heard: list[tuple[str, Reply]] | None = None
    _used: bool = False
    _unfinished: bool = False
    _ended: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it can be used again."""
        return self.smtp.is_connected

    async def send(self, mail: Mail) -> Outcome:
        """Hand one mail over; GoneError when a kept connection turns out to be closed."""
        self._ended = False
        try:
            async with asyncio.timeout(self.timeout):
                return await self._sent(mail)
        except (TimeoutError, SMTPException, OSError) as error:
            self.abort()
            return Unknown(_why(error)) if self._ended else NotSent(_why(error))
        except BaseException:
            self.abort()
            raise

    async def _sent(self, mail: Mail) -> Outcome:
        refused = await self._begun(mail)
        if refused is None:
            self._unfinished = True
            reply = await self._say(b"RCPT", b"TO:<%b>" % mail.to.encode())
            if reply.code not in {250, 251}:
                return of_recipient(reply, _anonymous(reply, mail))
            reply = await self._say(b"DATA")
            if reply.code == 354:
                return self._after_end(await self._content(mail.content), mail)
            refused = judged(reply, _anonymous(reply, mail))
        return refused

    async def _begun(self, mail: Mail) -> Outcome | None:
        """MAIL, the first command: on a kept connection it also shows whether the server still listens."""
        used, self._used = self._used, True
        try:
            if self._unfinished:
                await self._say(b"RSET")
                self._unfinished = False
            reply = await self._say(b"MAIL", b"FROM:<%b>" % mail.sender.encode())
        except (SMTPException, OSError) as error:
            if used and not isinstance(error, TimeoutError):
                self.abort()
                raise GoneError from error
            raise
        if used and reply.code == _CLOSING:
            raise GoneError
        return None if reply.code == 250 else not_taken(reply, _anonymous(reply, mail))

    def _after_end(self, reply: Reply, mail: Mail) -> Outcome:
        """What the reply to the whole mail means."""
        self._unfinished = False
        if 200 <= reply.code < 300:
            return Accepted(queue_id(reply)) if self._ended else Unknown(NO_SMTP())
        if not self._ended:
            self.abort()  # it is in the middle of a mail
        return judged(reply, _anonymous(reply, mail)) if reply.code >= 400 else Unknown(NO_SMTP())

    async def _say(self, *words: bytes) -> Reply:
        reply = Reply(*await self.smtp.execute_command(*words, timeout=None))
        if self.heard is not None:
            self.heard.append((b" ".join(words).decode(), reply))
        return reply

    async def _content(self, content: bytes) -> Reply:
        """Write the mail and its end. The end of a large one only leaves when all before it has."""
        protocol = self.smtp.protocol
        if protocol is None:
            raise ConnectionResetError
        if len(content) < _LARGE:
            protocol.write(content + _END)
            self._ended = True
            reply = Reply(*await protocol.read_response())
        else:
            reply = await self._large(protocol, content)
        if self.heard is not None:
            self.heard.append((content.decode("ascii", "replace") + ".", reply))
        return reply

    async def _large(self, protocol: SMTPProtocol, content: bytes) -> Reply:
        """The end only leaves when all before it has, and when the server has not refused meanwhile."""
        transport = cast("asyncio.WriteTransport", protocol.transport)
        transport.set_write_buffer_limits(0)
        reading = asyncio.ensure_future(protocol.read_response())
        try:
            await asyncio.sleep(0)  # so that it listens
            protocol.write(content)
            # What asyncio's StreamWriter waits with; the library's protocol has it for that.
            writing = asyncio.ensure_future(protocol._drain_helper())  # noqa: SLF001
            try:
                await asyncio.wait((reading, writing), return_when=asyncio.FIRST_COMPLETED)
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
            if not reading.done():
                protocol.write(_END)
                self._ended = True
            return Reply(*await reading)
        finally:
            reading.cancel()

    async def quit(self) -> None:
        """Take leave, where the server still listens."""
        try:
            async with asyncio.timeout(min(self.timeout, 1)):
                await self.smtp.quit(timeout=None)
        except (SMTPException, OSError, TimeoutError):
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """Close it at once: what was not yet written never will be."""
        _cut(self.sock)
        self.smtp.close()


async def connected(server: Server) -> Connection | NotSent:
    """A connection that is greeted, secured and let in; or why there is none. No mail has been offered."""
    smtp = SMTP(
        hostname=server.host, port=None, local_hostname=server.hello, timeout=None,
        use_tls=server.tls, start_tls=server.starttls, tls_context=server.context,
        username=server.user, password=server.password,
    )  # fmt: skip
    try:
        sock = await _socket(server)
    except TimeoutError:
        return NotSent(NOT_REACHED(why=TOO_SLOW(seconds=f"{min(CONNECT, server.timeout):g}")))
    except OSError as error:
        return NotSent(NOT_REACHED(why=why_unreached(error)))
    try:
        async with asyncio.timeout(server.timeout):
            await smtp.connect(sock=sock)
            if smtp.is_ehlo_or_helo_needed:
                await smtp.ehlo()
    except SMTPResponseException as error:
        _cut(sock)
        return not_taken(Reply(error.code, error.message), error.message)
    except (TimeoutError, SMTPException, OSError) as error:
        _cut(sock)
        return NotSent(NOT_REACHED(why=_why(error)))
    return Connection(smtp, sock, server.timeout)


async def _socket(server: Server) -> socket.socket:
    """A connection to the first address of the host that takes one."""
    loop, failed = asyncio.get_running_loop(), OSError("no address")
    async with asyncio.timeout(min(CONNECT, server.timeout)):
        for family, kind, protocol, _, address in await loop.getaddrinfo(
            server.host, server.port, type=socket.SOCK_STREAM
        ):
            sock = socket.socket(family, kind, protocol)
            sock.setblocking(False)
            try:
                await loop.sock_connect(sock, address)
            except OSError as error:
                failed = error
                sock.close()
            except BaseException:
                sock.close()
                raise
            else:
                return sock
    raise failed


def _cut(sock: socket.socket) -> None:
    """Nothing goes out or comes in any more; TLS does not wait for the other end to agree."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _anonymous(reply: Reply, mail: Mail) -> str:
    """What the server says, without whom it speaks of: reasons are shown where customers must not be."""
    return reply.text.replace("\n", " ").replace(f"<{mail.to}>", "<…>").replace(mail.to, "…")


def _why(error: Exception) -> str:
    if isinstance(error.__cause__, ssl.SSLError):
        return str(error.__cause__)
    match error:
        case SMTPResponseException():
            return NO_SMTP()
        case SMTPServerDisconnected() | ConnectionError():
            return BROKEN_OFF()
        case TimeoutError():
            return NO_ANSWER()
    return str(error) or type(error).__name__
