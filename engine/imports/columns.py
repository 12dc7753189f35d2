"""Which column of a file is which declared field. Reads no values."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dsl.near import nearest
from engine.errors import ImportFileError, UsageError

_NAMED = 20  # columns that are not taken


@dataclass(frozen=True, slots=True)
class Matched:
    """`places`: the position of each field that the file has. `unknown`: columns that are not taken."""

    places: Mapping[str, int]
    unknown: tuple[str, ...]


def parse_maps(maps: Sequence[str]) -> dict[str, str]:
    """`COLUMN=FIELD` options as a mapping; UsageError when one is none."""
    parsed: dict[str, str] = {}
    for text in maps:
        column, equals, field = text.rpartition("=")
        if not equals or not column.strip() or not field.strip():
            raise UsageError(f"--map {text!r} is not COLUMN=FIELD")
        parsed[column.strip()] = field.strip()
    return parsed


def match_columns(
    columns: Sequence[str], fields: Sequence[str], maps: Mapping[str, str], path: Path
) -> Matched:
    """Match columns to fields: as `maps` says, else by equal name, else by a name equal but for case and width."""
    _check_maps(columns, fields, maps, path)
    places: dict[str, int] = {}
    unknown: list[str] = []
    folded = _unambiguous(fields)
    for place, column in enumerate(columns):
        field = maps.get(column) or (column if column in fields else folded.get(_fold(column)))
        if field is None:
            unknown.append(column)
        elif field in places:
            raise ImportFileError(
                f"{path}: two columns for `{field}`: {columns[places[field]]!r} and {column!r}",
                "take one out, or --map one of them to another field",
            )
        else:
            places[field] = place
    return Matched(places, tuple(column for column in unknown if column))


def require(matched: Matched, required: Sequence[str], columns: Sequence[str], path: Path) -> None:
    """ImportFileError when a column is missing that every row must have."""
    for field in required:
        if field not in matched.places:
            example = nearest(field, columns) or "COLUMN"
            raise ImportFileError(
                f"{path}: no column `{field}` (it has: {', '.join(columns)})",
                f"name the column with --map {example}={field}",
            )


def describe_unknown(unknown: Sequence[str], fields: Sequence[str]) -> str:
    """A line about the columns that are not taken, with the nearest fields."""
    words = []
    for column in unknown[:_NAMED]:
        near = nearest(column, fields)
        words.append(f"{column} (did you mean {near}?)" if near else column)
    others = len(unknown) - len(words)
    return f"columns not taken: {', '.join(words)}{f' and {others:,} others' if others else ''}"


def _check_maps(columns: Sequence[str], fields: Sequence[str], maps: Mapping[str, str], path: Path) -> None:
    for column, field in maps.items():
        if column not in columns:
            near = nearest(column, columns)
            hint = f"did you mean {near!r}?" if near else f"it has: {', '.join(columns)}"
            raise ImportFileError(f"{path}: no column {column!r} to map", hint)
        if field not in fields:
            near = nearest(field, fields)
            hint = f"did you mean `{near}`?" if near else f"known: {', '.join(fields)}"
            raise UsageError(f"--map {column}={field}: there is no field `{field}`", hint)


def _unambiguous(fields: Sequence[str]) -> dict[str, str]:
    folded: dict[str, list[str]] = {}
    for field in fields:
        folded.setdefault(_fold(field), []).append(field)
    return {key: names[0] for key, names in folded.items() if len(names) == 1}


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()
