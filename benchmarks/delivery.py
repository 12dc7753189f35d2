"""Messages a second through the whole protocol, journal and `synchronous=FULL` included, to servers on loopback.

`python -m benchmarks.delivery [MESSAGES] [WAY …]` prints one JSON document. Ways: `one by one` and `in hundreds`
through an HTTP gateway, `mail` to one aiosmtpd and `mail, bare` to a server that only counts commands. Beside each
stands what the same channel takes alone in the same run, without a store: the reference.
"""

import json
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.servers import http_gateway, mail_servers
from benchmarks.shop import START, ZONE, Shop, fill_shop, open_shop
from engine.channels.building import build_channel
from engine.channels.protocol import Accepted, Channel, Outgoing
from engine.config import ChannelConfig
from engine.delivery.delivery import BATCH, Delivery
from engine.delivery.hands import Threads
from engine.delivery.journal import NAME, open_journal
from engine.delivery.noting import Noting
from engine.delivery.pace import Timer
from engine.running.run import run

RULES = """
customer {{ name: text, phone: phone, lifetime_value: money, mail: email }}
event visit "到店" {{ amount: money }}
message hello "问候" {{ {message} }}
policy marketing {{
  send on every day 00:00 to 23:59
  at most 3 per month
}}
journey greeting "问候" {{
  policy marketing
  enter when lifetime_value >= 0
  state greet {{ send hello, after 7 days -> end over }}
}}
"""
SMS = 'sms: "【{{ brand }}】{{ name }}您好,好久不见,来店即享免费检测。回T退订"'
MAIL = 'email: subject "{{ name }}您好" "好久不见,来店即享免费检测。"'

ONE = {
    "headers": {"X-Token": "abcdef", "Idempotency-Key": "{{ key }}"},
    "json": {"to": "{{ to }}", "text": "{{ text }}", "ref": "{{ ref }}"},
    "id": "$.id",
}
MANY = {"json": ONE["json"], "batch": 100, "list": "$.messages", "results": "$.results[*]", "id": "$.id"}


@contextmanager
def _http(path: str, settings: dict[str, Any]) -> Iterator[ChannelConfig]:
    with http_gateway() as url:
        yield ChannelConfig("sms", "http", settings={"url": url + path, **settings})


@contextmanager
def _mail(*, bare: bool) -> Iterator[ChannelConfig]:
    with mail_servers(bare=bare) as port:
        settings = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "毛毛家 <hi@shop.example>",
        }
        yield ChannelConfig("email", "smtp", settings=settings)


WAYS: dict[str, tuple[str, Callable[[], AbstractContextManager[ChannelConfig]]]] = {
    "one by one": (SMS, lambda: _http("/send", ONE)),
    "in hundreds": (SMS, lambda: _http("/batch", MANY)),
    "mail": (MAIL, lambda: _mail(bare=False)),
    "mail, bare": (MAIL, lambda: _mail(bare=True)),
}


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    print(json.dumps({way: measure(way, count) for way in sys.argv[2:] or WAYS}, indent=2))


def measure(way: str, count: int) -> dict[str, Any]:
    """So many messages, each to another customer."""
    message, serving = WAYS[way]
    with tempfile.TemporaryDirectory(dir=".") as folder, serving() as config:
        shop = _greeted(Path(folder) / "shop.db", RULES.format(message=message), count)
        channel = build_channel(config, Path())
        alone = _alone(channel, config.name, min(count, 20_000))
        memory: list[int] = []
        start, used = perf_counter(), process_time()
        sent = _delivered(shop, channel, config.name, Path(folder) / NAME, memory)
        seconds, used = perf_counter() - start, process_time() - used
        channel.close()
        shop.store.close()
    return {
        "messages": sent,
        "seconds": round(seconds, 2),
        "a second": round(sent / seconds),
        "processor µs each": round(used / sent * 1e6, 1),
        "channel alone, a second": round(alone),
        "of the channel alone": round(sent / seconds / alone, 3),
        "memory after a tenth and at the end, MB": [memory[len(memory) // 10], memory[-1]],
    }


def _greeted(path: Path, rules: str, count: int) -> Shop:
    """A store in which each customer has a message that is ready."""
    shop = open_shop(path, rules)
    fill_shop(shop.store, count)
    with shop.store.write() as connection:
        connection.exec_driver_sql("UPDATE customer SET mail = 'c' || customer || '@example.com'")
    run(shop.store, shop.plan, shop.permits, START)
    return shop


def _alone(channel: Channel, name: str, count: int) -> float:
    """What the channel takes a second, from a list."""
    at = "2026-11-23T10:00:00+08:00"
    to, subject = ("c@example.com", "客户您好") if name == "email" else ("+8613800000001", None)
    text = "【归途汽车】客户您好,好久不见,来店即享免费检测。回T退订"
    batch = [Outgoing(f"{n:026}", f"{n:026}.1", name, f"C{n}", to, subject, text, at) for n in range(BATCH)]
    channel.send(batch, lambda: True)
    start, taken = perf_counter(), 0
    for _ in range(count // BATCH):
        taken += sum(isinstance(outcome, Accepted) for outcome in channel.send(batch, lambda: True))
    return taken / (perf_counter() - start)


def _delivered(shop: Shop, channel: Channel, name: str, journal: Path, memory: list[int]) -> int:
    """Send all there is; notes the memory after each batch."""

    def reached(step: str) -> None:
        if step == "recorded":
            memory.append(_memory())

    noting, channels = Noting(open_journal(journal, START), ZONE), {name: channel}
    delivery = Delivery(
        shop.store, shop.plan, shop.permits, channels, True, BATCH, Timer(), Threads(), 20, noting, reached
    )
    sent, now = 0, START
    while more := delivery(now)["sent"]:
        sent, now = sent + more, now + 60_000
    noting.journal.close()
    return sent


def _memory() -> int:
    """What this process has of the machine's memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1_000_000


if __name__ == "__main__":
    main()
