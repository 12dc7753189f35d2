"""`homing.toml`: what it may say, what holds when it does not, and where it is wrong.

Knows nothing of what channels do with their settings: those are kept as they were written.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple

from croniter import croniter

from dsl.units import Duration
from dsl.wording import Phrase
from engine.calendars.setting import Setting
from engine.calendars.zone import DAY, HOUR, MINUTE, UnknownZoneError, Zone
from engine.config_reading import Reading
from engine.costs import FREE, Costs, read_amount, read_costs
from engine.errors import ConfigError
from engine.keywords import USUAL, Keywords
from engine.wording import say

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
class Kept:
    """For how long something is kept, and the line that says so."""

    time: Duration
    line: int = field(default=1, compare=False)


RETENTION = (
    "moves", "texts", "messages", "events", "tasks", "benefits", "inbox", "runs", "rejects", "trail",
)  # fmt: skip
"""What `[retention]` may name."""


class Most(NamedTuple):
    """A number, or with `of_all` so many in a hundred of all customers."""

    number: Decimal
    of_all: bool

    def among(self, customers: int) -> int:
        """How many that is where there are so many customers; of a share never fewer than a handful."""
        return max(int(self.number * customers / 100), HANDFUL) if self.of_all else int(self.number)


HANDFUL = 10
"""So few are no unusual share, however small the shop."""


@dataclass(frozen=True, slots=True)
class Config:
    """A project's configuration. `rules` and `database` are as written, relative to the project's folder.

    `most_per_customer`: messages that a customer may have within a day, whatever rules say; more are held.
    `currency`: of costs; none: that of the country.
    `second_person`: who wrote a text may not approve it. `apply_by`: the roles of which one may apply rules; none: all.
    `keywords`: what replies are read by.
    `alerts`: where staff is told of problems, as `apprise` writes addresses, with `secret()` in them.
    `http`: what `homing serve --http` does with requests, as it was written.
    `retention`: for how long what is kept, by the words of `RETENTION`; what is not in it: for ever.
    `most_in_a_run`: messages that one run may let go of one journey; with more, somebody must let it go.
    `domains`: where links in messages may lead; none: anywhere.
    `roles`: how people read the roles that rules name, of those that are written there.
    `costs`: what reports reckon with.
    `written`: the tables as they stand in the file.
    """

    brand: str
    timezone: str = "Asia/Shanghai"
    country: str = "CN"
    currency: str = ""
    rules: str = "rules"
    database: str = "homing.db"
    lateness: Duration = LATENESS
    language: Language = "auto"
    schedule: tuple[str, ...] = EVERY_FIVE_MINUTES
    serving: Serving = Serving()
    most_per_customer: int = MOST_PER_CUSTOMER
    second_person: bool = False
    apply_by: tuple[str, ...] = ()
    channels: Mapping[str, ChannelConfig] = field(default_factory=dict)
    vars: Mapping[str, Scalar] = field(default_factory=dict)
    alerts: tuple[str, ...] = field(default=(), repr=False)
    http: Mapping[str, Any] = field(default_factory=dict)
    keywords: Keywords = USUAL
    retention: Mapping[str, Kept] = field(default_factory=dict)
    most_in_a_run: Most | None = None
    domains: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    costs: Costs = FREE
    written: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def zone(self) -> Zone:
        """The business time zone."""
        return Zone(self.timezone)

    @property
    def setting(self) -> Setting:
        """What rules depend on."""
        return Setting(self.zone, self.lateness, self.country)

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
    return _Reader(Reading(text, name)).config(written)


def default_config(brand: str) -> Config:
    """What holds for a rule set outside any project: every well-known channel a file channel."""
    names = ("sms", "email", "wecom", "push", "webhook")
    return Config(brand, channels={name: ChannelConfig(name) for name in names})


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns tables into a Config."""

    read: Reading

    def config(self, written: Mapping[str, Any]) -> Config:
        self.read.only((), written, _TABLES)
        project = self.read.table(written, "project")
        self.read.only(("project",), project, tuple(_PROJECT))
        if "brand" not in project:
            raise ConfigError(
                say("{name}: [project] has no `brand`", name=self.read.name),
                say('write `brand = "…"` under [project]'),
            )
        given = {key: self._project_value(key, value) for key, value in project.items()}
        channels, kept = self.read.table(written, "channels"), self.read.table(written, "retention")
        self.read.only(("retention",), kept, RETENTION)
        return Config(
            **given,
            written=written,
            schedule=self._schedule(self.read.table(written, "schedule")),
            serving=self._serving(self.read.table(written, "serve")),
            most_per_customer=self._most_per_customer(self.read.table(written, "delivery")),
            second_person=self._second_person(self.read.table(written, "review")),
            apply_by=self._apply_by(self.read.table(written, "review")),
            channels={name: self._channel(name, table) for name, table in channels.items()},
            alerts=self._alerts(self.read.table(written, "alerts")),
            http=_plain(self.read.table(written, "http")),
            keywords=self._keywords(self.read.table(written, "replies")),
            retention={key: self._kept(("retention", key), value) for key, value in kept.items()},
            most_in_a_run=self._most_in_a_run(self.read.table(written, "guard")),
            domains=self._domains(self.read.table(written, "links")),
            roles=self._roles(self.read.table(written, "roles")),
            costs=read_costs(self.read, self.read.table(written, "costs")),
            vars={key: self._variable(key, value) for key, value in self.read.table(written, "vars").items()},
        )

    def _project_value(self, key: str, value: object) -> Any:
        path = ("project", key)
        text = self.read.word(path, value)
        if key == "lateness":
            return self.read.duration(path, text)
        valid, hint = _PROJECT[key]
        if not re.fullmatch(valid, text) or (key == "timezone" and not _is_zone(text)):
            raise self.read.error(
                path,
                say("`{key}` is {text!r}", key=key, text=text),
                hint,
            )
        return text

    def _schedule(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        self.read.only(("schedule",), table, ("run",))
        if "run" not in table:
            return EVERY_FIVE_MINUTES
        path = ("schedule", "run")
        lines = table["run"] if isinstance(table["run"], list) else [table["run"]]
        for line in lines:
            if len(self.read.word(path, line).split()) != 5 or not croniter.is_valid(line, strict=True):
                raise self.read.error(
                    path,
                    say("{line!r} is no cron line", line=line),
                    say('write five fields, such as "*/5 8-20 * * *"'),
                )
        return tuple(lines)

    def _serving(self, table: Mapping[str, Any]) -> Serving:
        self.read.only(("serve",), table, ("grace", "lease", "gap"))
        usual = Serving()
        grace = self.read.seconds(("serve", "grace"), table.get("grace", usual.grace), 0)
        lease = self.read.seconds(("serve", "lease"), table.get("lease", usual.lease), 2)
        if "gap" not in table:
            return Serving(grace, lease)
        path = ("serve", "gap")
        gap = self.read.duration(path, self.read.word(path, table["gap"]))
        if gap.unit not in _FIXED:
            raise self.read.error(
                path,
                say("{text!r} has no fixed length", text=table["gap"]),
                say('write one such as "6 hours"'),
            )
        return Serving(grace, lease, gap.amount * _FIXED[gap.unit])

    def _most_per_customer(self, table: Mapping[str, Any]) -> int:
        self.read.only(("delivery",), table, ("most_per_customer",))
        most = table.get("most_per_customer", MOST_PER_CUSTOMER)
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise self.read.error(
                ("delivery", "most_per_customer"),
                say("`{key}` is {value!r}", key="most_per_customer", value=most),
                say("write how many messages a customer may have within a day, such as 20"),
            )
        return most

    def _most_in_a_run(self, table: Mapping[str, Any]) -> Most | None:
        self.read.only(("guard",), table, ("most_in_a_run",))
        if "most_in_a_run" not in table:
            return None
        most = table["most_in_a_run"]
        if isinstance(most, int) and not isinstance(most, bool) and most > 0:
            return Most(Decimal(most), of_all=False)
        share = re.fullmatch(r"\s*(\d{1,3}(?:\.\d+)?)\s*%\s*", most) if isinstance(most, str) else None
        if share is None or not 0 < Decimal(share[1]) <= 100:
            raise self.read.error(
                ("guard", "most_in_a_run"),
                say("`{key}` is {value!r}", key="most_in_a_run", value=most),
                say('write a share of all customers, such as "20%", or a number of messages'),
            )
        return Most(Decimal(share[1]), of_all=True)

    def _domains(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        self.read.only(("links",), table, ("domains",))
        return self.read.texts(("links", "domains"), table.get("domains", []), '["example.cn"]')

    def _second_person(self, table: Mapping[str, Any]) -> bool:
        self.read.only(("review",), table, ("second_person", "apply_by"))
        wanted = table.get("second_person", False)
        if not isinstance(wanted, bool):
            raise self.read.error(
                ("review", "second_person"),
                say("`{key}` is {value!r}", key="second_person", value=wanted),
                say("write true or false"),
            )
        return wanted

    def _apply_by(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        return self.read.texts(("review", "apply_by"), table.get("apply_by", []), '["manager"]')

    def _keywords(self, table: Mapping[str, Any]) -> Keywords:
        self.read.only(("replies",), table, ("optout", "unclear"))
        example = '["arrêt", "STOPP"]'
        optout, unclear = (
            self.read.texts(("replies", key), table.get(key, []), example) for key in ("optout", "unclear")
        )
        return Keywords(optout, unclear)

    def _alerts(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        self.read.only(("alerts",), table, ("urls",))
        return self.read.texts(("alerts", "urls"), table.get("urls", []), '["mailto://…"]')

    def _channel(self, name: str, table: object) -> ChannelConfig:
        if not isinstance(table, dict):
            raise self.read.error(
                ("channels", name),
                say("`{name}` is no table", name=name),
                say("write [channels.{name}]", name=name),
            )
        path = ("channels", name)
        rest = {key: value for key, value in table.items() if key not in {"kind", "cost", "address"}}
        address = table.get("address")
        return ChannelConfig(
            name,
            kind=self.read.word((*path, "kind"), table.get("kind", "file")),
            cost=read_amount(self.read, (*path, "cost"), table.get("cost", 0)),
            address=None if address is None else self.read.word((*path, "address"), address),
            settings=_plain(rest),
        )

    def _roles(self, table: Mapping[str, Any]) -> Mapping[str, str]:
        return {name: self.read.word(("roles", name), title) for name, title in table.items()}

    def _variable(self, key: str, value: object) -> Scalar:
        plain = _plain(value)
        if not isinstance(plain, str | int | float | bool):
            raise self.read.error(
                ("vars", key),
                say("`{key}` is neither text nor number nor flag", key=key),
                say("write one of these"),
            )
        return plain

    def _kept(self, path: tuple[str, ...], value: object) -> Kept:
        return Kept(self.read.duration(path, self.read.word(path, value)), self.read.line(path))


_FIXED = {"minute": MINUTE, "hour": HOUR, "day": DAY, "week": 7 * DAY}

_TABLES = (
    "project", "schedule", "serve", "http", "delivery", "review", "channels", "replies", "alerts", "retention",
    "guard", "links", "roles", "costs", "vars",
)  # fmt: skip

_PROJECT: Mapping[str, tuple[str, Phrase]] = {
    "brand": (r"(?s).*\S.*", say("write the name that signs the messages")),
    "timezone": (r"\S+", say('write a zone such as "Asia/Shanghai"')),
    "country": (r"[A-Z]{2}", say('write two capital letters, such as "CN"')),
    "currency": (r"[A-Z]{3}", say('write three capital letters, such as "CNY"')),
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
