"""Mails a second through a channel of kind `smtp` alone, against servers on loopback in processes of their own.

`python -m benchmarks.smtp_channel [MAILS]`: to one aiosmtpd, to two of them on one port, and to a server that only
counts commands: the first two show what aiosmtpd takes, the last what the channel gives.
"""

import sys
import time
from pathlib import Path

from benchmarks.servers import mail_servers
from engine.channels.building import build_channel
from engine.channels.protocol import Accepted, Outgoing
from engine.config import ChannelConfig

SEND = 500
AT = "2026-11-23T10:00:00+08:00"


def _measure(what: str, mails: int, *, bare: bool = False, servers: int = 1) -> None:
    messages = [
        Outgoing(
            f"{n:026}",
            f"{n:026}.1",
            "email",
            f"C{n}",
            f"c{n}@example.com",
            f"第{n}位您好,好久不见",
            "您好!" * 50,
            AT,
        )
        for n in range(SEND)
    ]
    with mail_servers(bare=bare, processes=servers) as port:
        settings = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "毛毛家 <hi@shop.example>",
        }
        channel = build_channel(ChannelConfig("email", "smtp", settings=settings), Path())
        channel.send(messages, lambda: True)
        start, used, taken = time.perf_counter(), time.process_time(), 0
        for _ in range(mails // SEND):
            taken += sum(isinstance(outcome, Accepted) for outcome in channel.send(messages, lambda: True))
        seconds, used = time.perf_counter() - start, time.process_time() - used
        channel.close()
    print(f"{what:<16}{taken / seconds:>8,.0f} mails a second{used / taken * 1e6:>8.0f} µs of processor each")


def main() -> None:
    """One aiosmtpd, two, and one that only counts."""
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    _measure("one aiosmtpd", mails)
    _measure("two aiosmtpd", mails, servers=2)
    _measure("a bare server", mails, bare=True)


if __name__ == "__main__":
    main()
