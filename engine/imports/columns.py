"""Which column of a file is which declared field. Reads no values."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dsl.near import nearest
from dsl.wording import Phrase
from engine.errors import ImportFileError, UsageError
from engine.wording import all_of, near_or, say

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
            raise UsageError(say("--map {text!r} is not COLUMN=FIELD", text=text))
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
                say(
                    "{path}: two columns for `{field}`: {columns!r} and {column!r}",
                    path=path,
                    field=field,
                    columns=columns[places[field]],
                    column=column,
                ),
                say("take one out, or --map one of them to another field"),
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
                say(
                    "{path}: no column `{field}` (it has: {columns})",
                    path=path,
                    field=field,
                    columns=all_of(columns),
                ),
                say("name the column with --map {example}={field}", example=example, field=field),
            )


def describe_unknown(unknown: Sequence[str], fields: Sequence[str]) -> Phrase:
    """A line about the columns that are not taken, with the nearest fields."""
    columns: list[str] = []
    for column in unknown[:_NAMED]:
        near = nearest(column, fields)
        columns.append(say("{column} (did you mean {near}?)", column=column, near=near) if near else column)
    others = len(unknown) - len(columns)
    if others:
        return say(
            "columns not taken: {columns} and {others:,} others", columns=all_of(columns), others=others
        )
    return say("columns not taken: {columns}", columns=all_of(columns))


def _check_maps(columns: Sequence[str], fields: Sequence[str], maps: Mapping[str, str], path: Path) -> None:
    for column, field in maps.items():
        if column not in columns:
            hint = near_or(column, columns, say("it has: {names}", names=all_of(columns)))
            raise ImportFileError(say("{path}: no column {column!r} to map", path=path, column=column), hint)
        if field not in fields:
            hint = near_or(field, fields, say("known: {names}", names=all_of(fields)))
            raise UsageError(
                say("--map {column}={field}: there is no field `{field}`", column=column, field=field), hint
            )


def _unambiguous(fields: Sequence[str]) -> dict[str, str]:
    folded: dict[str, list[str]] = {}
    for field in fields:
        folded.setdefault(_fold(field), []).append(field)
    return {key: names[0] for key, names in folded.items() if len(names) == 1}


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()
