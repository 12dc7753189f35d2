"""`homing.toml`: what it may say, what holds when it does not, and where it is wrong.

Knows nothing of what channels do with their settings: those are kept as they were written.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from croniter import croniter

from dsl.units import UNITS, Duration
from dsl.wording import Phrase
from engine.calendars.zone import DAY, HOUR, MINUTE, UnknownZoneError, Zone
from engine.config_places import line_of
from engine.errors import ConfigError
from engine.keywords import USUAL, Keywords
from engine.wording import all_of, near_or, say

FILE_NAME = "homing.toml"

Language = Literal["auto", "en", "zh"]

Scalar = str | int | float | bool

EVERY_FIVE_MINUTES = ("*/5 8-20 * * *",)
"""When runs are due, when the config does not say: from 8:00 to 20:55."""

MOST_PER_CUSTOMER = 20
"""Messages that a customer may have within a day, whatever rules say, when the config does not say."""

LATENESS = Duration(3, "day")
"""How far before a journey's entry an event may lie and still count as new, when the config does not say."""


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """One table under `[channels]`; the name is what rules say after `via`.

    `cost` of one message (or SMS segment) in major units of money. `address`: the customer's attribute that
    holds the address; None: the channel's own way of finding it. `settings`: the other keys, which the `kind`
    documents.
    """

    name: str
    kind: str = "file"
    cost: Decimal = Decimal(0)
    address: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Serving:
    """How `homing serve` works. `grace` and `lease` are seconds, `gap` milliseconds.

    `grace`: how long calls under way may take when it is stopped. `lease`: how long it may be silent before another
    daemon takes over. `gap`: how far the clock may be ahead of when the project was last looked after before somebody
    has to say that this is right.
    """

    grace: int = 20
    lease: int = 30
    gap: int = 6 * HOUR


@dataclass(frozen=True, slots=True)
class Config:
    """A project's configuration. `rules` and `database` are as written, relative to the project's folder.

    `most_per_customer`: messages that a customer may have within a day, whatever rules say; more are held.
    `second_person`: who wrote a text may not approve it.
    `keywords`: what replies are read by.
    `alerts`: where staff is told of problems, as `apprise` writes addresses, with `secret()` in them.
    `http`: what `homing serve --http` does with requests, as it was written.
    `keep_moves`, `keep_texts`: for how long moves of journeys that have ended, and texts of messages, are kept; None:
    for ever.
    """

    brand: str
    timezone: str = "Asia/Shanghai"
    country: str = "CN"
    rules: str = "rules"
    database: str = "homing.db"
    lateness: Duration = LATENESS
    language: Language = "auto"
    schedule: tuple[str, ...] = EVERY_FIVE_MINUTES
    serving: Serving = Serving()
    most_per_customer: int = MOST_PER_CUSTOMER
    second_person: bool = False
    channels: Mapping[str, ChannelConfig] = field(default_factory=dict)
    vars: Mapping[str, Scalar] = field(default_factory=dict)
    alerts: tuple[str, ...] = field(default=(), repr=False)
    http: Mapping[str, Any] = field(default_factory=dict)
    keywords: Keywords = USUAL
    keep_moves: Duration | None = None
    keep_texts: Duration | None = None

    @property
    def zone(self) -> Zone:
        """The business time zone."""
        return Zone(self.timezone)

    @property
    def variables(self) -> dict[str, Scalar]:
        """What templates may name besides the customer and the record."""
        return {"brand": self.brand, **self.vars}


def load_config(path: Path) -> Config:
    """Read a `homing.toml`; ConfigError when it is not there, not TOML, or says what cannot be meant."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            say("{path}: no such file", path=path), say("`homing init DIR` makes a project")
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            say("{path}: {error}", path=path, error=error), say("it must be a readable file in UTF-8")
        ) from error
    return parse_config(text, str(path))


def parse_config(text: str, name: str = FILE_NAME) -> Config:
    """The configuration that a text says; `name` is what errors call the file."""
    try:
        written = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(say("{name}: not TOML: {error}", name=name, error=error)) from error
    return _Reader(text, name).config(written)


def default_config(brand: str) -> Config:
    """What holds for a rule set outside any project: every well-known channel a file channel."""
    names = ("sms", "email", "wecom", "push", "webhook")
    return Config(brand, channels={name: ChannelConfig(name) for name in names})


def parse_duration(text: str) -> Duration | None:
    """`3 days` as a duration; None when it is none."""
    found = re.fullmatch(r"\s*(\d{1,9})\s+(minute|hour|day|week|month|year)s?\s*", text)
    if found is None:
        return None
    return Duration(int(found[1]), next(unit for unit in UNITS if unit == found[2]))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns tables into a Config; knows the text, so that it can say where a key stands."""

    text: str
    name: str

    def config(self, written: Mapping[str, Any]) -> Config:
        self._only((), written, _TABLES)
        project = self._table(written, "project")
        self._only(("project",), project, tuple(_PROJECT))
        if "brand" not in project:
            raise ConfigError(
                say("{name}: [project] has no `brand`", name=self.name),
                say('write `brand = "…"` under [project]'),
            )
        given = {key: self._project_value(key, value) for key, value in project.items()}
        channels, kept = self._table(written, "channels"), self._table(written, "retention")
        self._only(("retention",), kept, ("moves", "texts"))
        return Config(
            **given,
            schedule=self._schedule(self._table(written, "schedule")),
            serving=self._serving(self._table(written, "serve")),
            most_per_customer=self._most_per_customer(self._table(written, "delivery")),
            second_person=self._second_person(self._table(written, "review")),
            channels={name: self._channel(name, table) for name, table in channels.items()},
            alerts=self._alerts(self._table(written, "alerts")),
            http=_plain(self._table(written, "http")),
            keywords=self._keywords(self._table(written, "replies")),
            keep_moves=self._kept(kept, "moves"),
            keep_texts=self._kept(kept, "texts"),
            vars={key: self._variable(key, value) for key, value in self._table(written, "vars").items()},
        )

    def _project_value(self, key: str, value: object) -> Any:
        path = ("project", key)
        text = self._text(path, value)
        if key == "lateness":
            return self._duration(path, text)
        valid, hint = _PROJECT[key]
        if not re.fullmatch(valid, text) or (key == "timezone" and not _is_zone(text)):
            raise self._error(
                path,
                say("`{key}` is {text!r}", key=key, text=text),
                hint,
            )
        return text

    def _schedule(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        self._only(("schedule",), table, ("run",))
        if "run" not in table:
            return EVERY_FIVE_MINUTES
        path = ("schedule", "run")
        lines = table["run"] if isinstance(table["run"], list) else [table["run"]]
        for line in lines:
            if len(self._text(path, line).split()) != 5 or not croniter.is_valid(line, strict=True):
                raise self._error(
                    path,
                    say("{line!r} is no cron line", line=line),
                    say('write five fields, such as "*/5 8-20 * * *"'),
                )
        return tuple(lines)

    def _serving(self, table: Mapping[str, Any]) -> Serving:
        self._only(("serve",), table, ("grace", "lease", "gap"))
        usual = Serving()
        grace = self._seconds(("serve", "grace"), table.get("grace", usual.grace), 0)
        lease = self._seconds(("serve", "lease"), table.get("lease", usual.lease), 2)
        if "gap" not in table:
            return Serving(grace, lease)
        path = ("serve", "gap")
        gap = self._duration(path, self._text(path, table["gap"]))
        if gap.unit not in _FIXED:
            raise self._error(
                path,
                say("{text!r} has no fixed length", text=table["gap"]),
                say('write one such as "6 hours"'),
            )
        return Serving(grace, lease, gap.amount * _FIXED[gap.unit])

    def _seconds(self, path: tuple[str, ...], value: object, least: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._error(
                path,
                say("`{key}` is {value!r}", key=path[-1], value=value),
                say("write seconds, {least} or more", least=least),
            )
        return value

    def _most_per_customer(self, table: Mapping[str, Any]) -> int:
        self._only(("delivery",), table, ("most_per_customer",))
        most = table.get("most_per_customer", MOST_PER_CUSTOMER)
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise self._error(
                ("delivery", "most_per_customer"),
                say("`{key}` is {value!r}", key="most_per_customer", value=most),
                say("write how many messages a customer may have within a day, such as 20"),
            )
        return most

    def _second_person(self, table: Mapping[str, Any]) -> bool:
        self._only(("review",), table, ("second_person",))
        wanted = table.get("second_person", False)
        if not isinstance(wanted, bool):
            raise self._error(
                ("review", "second_person"),
                say("`{key}` is {value!r}", key="second_person", value=wanted),
                say("write true or false"),
            )
        return wanted

    def _keywords(self, table: Mapping[str, Any]) -> Keywords:
        self._only(("replies",), table, ("optout", "unclear"))
        example = '["arrêt", "STOPP"]'
        optout, unclear = (
            self._list(("replies", key), table.get(key, []), example) for key in ("optout", "unclear")
        )
        return Keywords(optout, unclear)

    def _alerts(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        self._only(("alerts",), table, ("urls",))
        return self._list(("alerts", "urls"), table.get("urls", []), '["mailto://…"]')

    def _list(self, path: tuple[str, ...], texts: object, example: str) -> tuple[str, ...]:
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise self._error(
                path,
                say("`{key}` is no list of texts", key=path[-1]),
                say("write {example}", example=example),
            )
        return tuple(texts)

    def _channel(self, name: str, table: object) -> ChannelConfig:
        if not isinstance(table, dict):
            raise self._error(
                ("channels", name),
                say("`{name}` is no table", name=name),
                say("write [channels.{name}]", name=name),
            )
        path = ("channels", name)
        rest = {key: value for key, value in table.items() if key not in {"kind", "cost", "address"}}
        address = table.get("address")
        return ChannelConfig(
            name,
            kind=self._text((*path, "kind"), table.get("kind", "file")),
            cost=self._cost((*path, "cost"), table.get("cost", 0)),
            address=None if address is None else self._text((*path, "address"), address),
            settings=_plain(rest),
        )

    def _cost(self, path: tuple[str, ...], value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
            raise self._error(
                path, say("`cost` is {value!r}", value=value), say("write an amount, such as 0.05")
            )
        return Decimal(value)

    def _variable(self, key: str, value: object) -> Scalar:
        plain = _plain(value)
        if not isinstance(plain, str | int | float | bool):
            raise self._error(
                ("vars", key),
                say("`{key}` is neither text nor number nor flag", key=key),
                say("write one of these"),
            )
        return plain

    def _kept(self, table: Mapping[str, Any], key: str) -> Duration | None:
        path = ("retention", key)
        return self._duration(path, self._text(path, table[key])) if key in table else None

    def _duration(self, path: tuple[str, ...], text: str) -> Duration:
        duration = parse_duration(text)
        if duration is None:
            raise self._error(
                path, say("{text!r} is no duration", text=text), say('write one such as "3 days"')
            )
        return duration

    def _text(self, path: tuple[str, ...], value: object) -> str:
        if not isinstance(value, str):
            raise self._error(path, say("`{key}` must be a text", key=path[-1]), say('write it between `"`'))
        return value

    def _table(self, written: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        table = written.get(key, {})
        if not isinstance(table, dict):
            raise self._error((key,), say("`{key}` is no table", key=key), say("write [{key}]", key=key))
        return table

    def _only(self, path: tuple[str, ...], table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                hint = near_or(key, known, say("known here: {names}", names=all_of(known)))
                raise self._error((*path, key), say("unknown key `{key}`", key=key), hint)

    def _error(self, path: tuple[str, ...], message: Phrase, hint: Phrase) -> ConfigError:
        return ConfigError(
            say("{name}:{line}: {message}", name=self.name, line=line_of(self.text, path), message=message),
            hint,
        )


_FIXED = {"minute": MINUTE, "hour": HOUR, "day": DAY, "week": 7 * DAY}

_TABLES = (
    "project", "schedule", "serve", "http", "delivery", "review", "channels", "replies", "alerts", "retention", "vars",
)  # fmt: skip

_PROJECT: Mapping[str, tuple[str, Phrase]] = {
    "brand": (r"(?s).*\S.*", say("write the name that signs the messages")),
    "timezone": (r"\S+", say('write a zone such as "Asia/Shanghai"')),
    "country": (r"[A-Z]{2}", say('write two capital letters, such as "CN"')),
    "rules": (r"(?s).*\S.*", say("write the folder of the rules")),
    "database": (r"(?s).*\S.*", say("write a file name, or postgresql://…")),
    "lateness": ("", say('write a duration such as "3 days"')),
    "language": (r"auto|en|zh", say('write "en", "zh" or "auto"')),
}
"""The keys of `[project]`: a pattern for the value, and what to write instead."""


def _is_zone(name: str) -> bool:
    try:
        Zone(name)
    except UnknownZoneError:
        return False
    return True


def _plain(value: Any) -> Any:
    """Decimals, which `cost` wants, as the floats that everything else expects."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
