"""How each statement is written: the examples that hints show. Knows neither grammar nor places."""

from collections.abc import Mapping

_TRANSITIONS = {
    "on": "on visit -> care",
    "when": "when points > 100 -> offer",
    "after": "after 3 days -> call",
    "at": "at 7 days before due -> remind",
    "split": "split { 50% -> a, 50% -> b }",
    "otherwise": "otherwise -> call",
}
_FIELDS = "name: text"

FORMS: Mapping[str, Mapping[str, str]] = {
    "": {
        "customer": "customer { name: text }",
        "event": 'event visit "到店" { amount: money }',
        "record": 'record appointment "预约" { due: time }',
        "audience": 'audience lapsed "流失客户" = no visit within last 90 days',
        "value": "value score = lifetime_value * 0.6",
        "message": 'message hello "问候" { sms: "…" }',
        "policy": "policy marketing { send on workdays 09:00 to 20:00 }",
        "calendar": "calendar { holidays CN }",
        "benefit": 'benefit half_price "五折券" { worth 600 }',
        "journey": 'journey win_back "召回" { for customer }',
        "scenario": 'scenario "…" { from 2026-01-02 09:00 }',
    },
    "customer": {"": _FIELDS},
    "event": {"": _FIELDS},
    "record": {"": _FIELDS},
    "message": {"": 'sms: "…"'},
    "calendar": {
        "holidays": "holidays CN",
        "keyday": 'keyday "店庆" on 2026-05-20',
        "closed": 'closed "盘点" on 2026-12-31',
        "workday": 'workday "调休" on 2027-02-14',
    },
    "policy": {
        "send": "send on workdays 09:00 to 20:00",
        "never": "never on holidays",
        "at": "at most 3 per month",
        "at least": "at least 10 days apart",
        "extra": "extra 1 on keydays",
        "silent": "silent 90 days after optout",
        "require": 'require "回T退订"',
        "require consent": "require consent",
        "give": "give up after 7 days",
        "forbid": 'forbid "最后机会", "清仓"',
        "review": "review by manager when lifetime_value > 50000",
        "sample": "sample 20",
        "pilot": "pilot 100 needs 98% delivered",
        "stop": "stop at 3% optout",
        "count": "count with marketing",
    },
    "benefit": {
        "worth": "worth 600",
        "cost": "cost 400",
        "minimum": "minimum 200",
        "stock": "stock 100",
        "quota": "quota 20 per month",
        "approve": "approve by manager",
        "valid": "valid 30 days",
    },
    "journey": {
        **_TRANSITIONS,
        "for": "for customer",
        "policy": "policy marketing",
        "priority": "priority 20",
        "enter": "enter when no visit within last 90 days",
        "enter only": 'enter only at "0 9 * * mon"',
        "enter at": "enter at most 40 per day",
        "rank": "rank by recall_score",
        "reenter": "reenter after 180 days",
        "holdout": "holdout 10%",
        "goal": "goal within 60 days when visit since entry",
        "stage": "stage contact { … }",
        "state": "state hello { … }",
    },
    "stage": {**_TRANSITIONS, "state": "state hello { … }"},
    "state": {
        **_TRANSITIONS,
        "send": "send hello via sms",
        "task": 'task phone "…" { assign advisor, due 2 days }',
        "grant": "grant half_price else -> plain",
        "set": "set tier = vip",
        "tag": 'tag "…"',
        "untag": 'untag "…"',
        "emit": "emit complaint { resolved: false }",
        "begin": "begin win_back",
    },
    "task": {
        "assign": "assign advisor",
        "due": "due 2 days",
        "script": "script greet",
        "ask": "ask reason: text",
        "outcome": "outcome interested -> offer",
    },
    "split": {"": "50% -> a"},
    "emit": {"": "field: value"},
    "given": {"": "field: value"},
    "at": {"": "field: value"},
    "audience": {"": "condition: value", "otherwise": "otherwise: value"},
    "value": {"": "condition: value", "otherwise": "otherwise: value"},
    "scenario": {
        "given": 'given customer { id: "C1" }',
        "from": "from 2026-01-02 09:00",
        "at": "at 2026-01-03 10:00 expect state offer",
        "until": "until 2026-03-01 expect at most 3 sent per 30 days",
        "expect": "at 2026-01-03 10:00 expect state offer",
        "event": "at 2026-01-03 10:00 event visit { amount: 800 }",
        "reply": 'at 2026-01-03 10:00 reply "T"',
        "finish": "at 2026-01-03 10:00 finish call as done",
        "set": "at 2026-01-03 10:00 set bill.paid = true",
        "approve": "at 2026-01-03 10:00 approve half_price",
        "refuse": "at 2026-01-03 10:00 refuse half_price",
        "fail": "at 2026-01-03 10:00 fail sms",
        "receipt": "at 2026-01-03 10:00 receipt hello as delivered",
        "consent": "at 2026-01-03 10:00 consent to marketing via sms",
        "withdraw": "at 2026-01-03 10:00 withdraw consent to marketing via sms",
        "expect sent": 'at 2026-01-03 10:00 expect sent hello via sms containing "…"',
        "expect not": "at 2026-01-03 10:00 expect not sent hello",
        "expect task": "at 2026-01-03 10:00 expect task phone",
        "expect ended": "at 2026-01-03 10:00 expect ended won",
        "expect waiting": "at 2026-01-03 10:00 expect waiting hello",
        "expect granted": "at 2026-01-03 10:00 expect granted half_price",
    },
}
"""By the word that opens the block around a line ("" for the file), then by its first word ("" for any)."""


def form(block: str, word: str, second: str = "") -> str | None:
    """An example of the line that begins with these words inside `block { }`, None when there is no such line."""
    forms = FORMS.get(block, {})
    return forms.get(f"{word} {second}") or forms.get(word) or forms.get("")


def homes(word: str) -> tuple[str, ...]:
    """The blocks in which a line may begin with `word`."""
    return tuple(block for block, forms in FORMS.items() if block and word and word in forms)
