"""What `homing plan --json` says. Its keys are stable; what people read is in English, whatever they speak."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any, NamedTuple

from engine.calendars.zone import Zone, date_of
from engine.planning.assumptions import assumptions
from engine.planning.counting import Counts
from engine.planning.difference import Difference, Written
from engine.planning.planning import Planned
from engine.planning.replay import Contrast

MOST = 300
"""Messages that only one side would have sent are told one by one up to so many; their counts are whole."""


def as_json(found: Planned, zone: Zone) -> dict[str, Any]:
    """A plan as one document."""
    return {
        "at": zone.iso(found.now),
        "release": found.release,
        "new": not found.same,
        "refused": found.days.refused,
        "stranded": found.stranded,
        "differences": [_difference(item) for item in found.differences],
        "under_way": [
            {
                "journey": fate.journey,
                "state": fate.state,
                "count": fate.count,
                "fate": fate.kind,
                "target": fate.target,
                "move": found.helpful[fate].option if fate in found.helpful else None,
            }
            for fate in found.fates
        ],
        "forecast": None if found.replayed else _days(found, zone),
        "replay": _days(found, zone) | _contrast(found.contrast, zone) if found.replayed else None,
    }


def _difference(item: Difference) -> dict[str, Any]:
    return {
        "change": item.change,
        "kind": item.kind,
        "name": item.name,
        "to": item.to,
        "breaking": item.breaking,
        "why": item.why,
        "old": _written(item.old),
        "new": _written(item.new),
    }


def _written(place: Written | None) -> dict[str, Any] | None:
    return None if place is None else {"file": place.file, "line": place.line, "text": place.text}


def _days(found: Planned, zone: Zone) -> dict[str, Any]:
    days = found.days
    return {
        "after": zone.iso(days.period.after),
        "until": zone.iso(days.period.until),
        "turns": days.turns,
        "assumptions": [str(item) for item in assumptions(found)],
        "old": _counts(days.old, zone),
        "new": _counts(days.new, zone),
    }


def _contrast(contrast: Contrast | None, zone: Zone) -> dict[str, Any]:
    if contrast is None:
        return {"both": None, "elsewhen": None, "only_old": None, "only_new": None, "only": []}
    sides = Counter(item.side for item in contrast.only)
    shown = [asdict(item) | {"at": zone.iso(item.at)} for item in contrast.only[:MOST]]
    counts = {"both": contrast.both, "elsewhen": contrast.elsewhen}
    return counts | {"only_old": sides["old"], "only_new": sides["new"], "only": shown}


def _counts(side: Counts | None, zone: Zone) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "totals": totals(side),
        "entered": _rows(side.entered),
        "ended": _rows(side.ended),
        "messages": _rows(side.sent),
        "tasks": _rows(side.tasks),
        "waiting": _rows(side.waiting, by="policy"),
        "held": _rows(side.held, by="role"),
        "dropped": _rows(side.dropped, by="policy"),
        "grants": _rows(side.grants),
        "examples": [one._asdict() | {"at": zone.iso(one.at)} for one in side.examples],
    }


def totals(side: Counts) -> dict[str, float]:
    """What the days bring, in all."""
    return {
        "entered": sum(row.number for row in side.entered),
        "ended": sum(row.number for row in side.ended),
        "sent": sum(row.number for row in side.sent),
        "segments": sum(row.segments for row in side.sent),
        "cost": float(sum(row.cost for row in side.sent)),
        "tasks": sum(row.number for row in side.tasks),
        "waiting": sum(row.number for row in side.waiting),
        "held": sum(row.number for row in side.held),
        "dropped": sum(row.number for row in side.dropped),
        "grants": sum(row.number for row in side.grants),
    }


def _rows(rows: Iterable[NamedTuple], by: str = "") -> list[dict[str, Any]]:
    keys = {"number": "count", "by": by}
    return [{keys.get(key, key): _plain(key, value) for key, value in row._asdict().items()} for row in rows]


def _plain(key: str, value: Any) -> Any:
    if key == "day":
        return date_of(value).isoformat()
    return float(value) if isinstance(value, Decimal) else value
