"""Profiles: what is known of the gateways of some providers, in the very keys of a channel's table.

They are data, a TOML file each in `profiles`; the first lines of each tell what it follows. What a table says
itself wins, key by key, in the tables inside it too.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any

from engine.channels.settings import Settings
from engine.wording import all_of, near_or, say

_FOLDER = files("engine.channels.http") / "profiles"
_NEEDS = "needs"
"""The key of a profile that lists what only the user knows, such as `form.From`."""

_IF_WANTED = frozenset({"receipts", "replies"})
"""What a profile says of these counts where the table has them too, be they empty: not every account gives them."""

_SAME = "same"
"""The key of a profile that says what one place takes over from another, such as what `receipts` asks with."""


def profile_names() -> list[str]:
    """The names of all profiles."""
    return sorted(
        file.name.removesuffix(".toml") for file in _FOLDER.iterdir() if file.name.endswith(".toml")
    )


def with_profile(settings: Settings) -> Settings:
    """The table laid over the profile that it names, if it names one; ChannelSettingsError for what is left to say."""
    if "profile" not in settings.values:
        return settings
    name, known = settings.text("profile", ""), profile_names()
    if name not in known:
        hint = near_or(name, known, say("known here: {names}", names=all_of(known)))
        raise settings.wrong("profile", name, hint)
    profile = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    needs, same = profile.pop(_NEEDS, []), profile.pop(_SAME, {})
    own = {key: value for key, value in settings.values.items() if key != "profile"}
    for kind in _IF_WANTED - own.keys():
        profile.pop(kind, None)
        same = {there: here for there, here in same.items() if there.partition(".")[0] != kind}
    laid = replace(settings, values=_laid(profile, own))
    for need in needs:
        if not _holds(laid.values, need.split(".")):
            raise settings.error(
                say("the profile {profile} needs `{key}`", profile=name, key=need),
                say("docs/channels.md tells what to write there"),
            )
    return replace(laid, values=_laid(_taken_over(laid.values, same), laid.values))


def _taken_over(values: Mapping[str, Any], same: Mapping[str, str]) -> dict[str, Any]:
    """What stands elsewhere too, where it is not written there."""
    found: dict[str, Any] = {}
    for there, here in same.items():
        value: Any = values
        for key in here.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        *tables, last = there.split(".")
        place = found
        for table in tables:
            place = place.setdefault(table, {})
        if value is not None:
            place[last] = value
    return found


def _laid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both tables in one. Of `json`, `form` and `body`, which exclude each other, the upper one's wins."""
    bodies = {"json", "form", "body"}
    hidden = bodies - above.keys() if bodies & above.keys() else set()
    laid = {key: value for key, value in below.items() if key not in hidden}
    for key, value in above.items():
        under = laid.get(key)
        laid[key] = _laid(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return laid


def _holds(values: Any, keys: list[str]) -> bool:
    for key in keys:
        if not isinstance(values, Mapping) or key not in values:
            return False
        values = values[key]
    return True
