"""`homing.toml`: defaults, values, and what is said about mistakes."""

from decimal import Decimal
from pathlib import Path

import pytest

from dsl.units import Duration
from engine.config import load_config, parse_config
from engine.config_places import line_of
from engine.errors import ConfigError

MINIMAL = '[project]\nbrand = "毛毛家"\n'


def test_defaults() -> None:
    """Everything but the brand has a default."""
    config = parse_config(MINIMAL)
    assert (config.brand, config.timezone, config.country, config.language) == (
        "毛毛家",
        "Asia/Shanghai",
        "CN",
        "auto",
    )
    assert (config.rules, config.database, config.lateness) == ("rules", "homing.db", Duration(3, "day"))
    assert config.schedule == ("*/5 8-20 * * *",)
    assert (config.channels, config.vars) == ({}, {})


def test_values() -> None:
    """Channels keep what their kinds want to know; variables may be texts, numbers and flags."""
    config = parse_config(
        MINIMAL
        + 'timezone = "Europe/Berlin"\nlateness = "12 hours"\n[schedule]\nrun = ["0 9 * * *", "0 15 * * mon"]\n'
        '[channels.sms]\nkind = "http"\ncost = 0.045\naddress = "mobile"\nurl = "https://g"\nrate = 2.5\n'
        '[vars]\nhotline = "400"\nyears = 12\nopen = true\n'
    )
    sms = config.channels["sms"]
    assert (sms.kind, sms.cost, sms.address) == ("http", Decimal("0.045"), "mobile")
    assert sms.settings == {"url": "https://g", "rate": 2.5}
    assert (config.lateness, config.zone.name) == (Duration(12, "hour"), "Europe/Berlin")
    assert config.schedule == ("0 9 * * *", "0 15 * * mon")
    assert config.variables == {"brand": "毛毛家", "hotline": "400", "years": 12, "open": True}


MISTAKES = {
    'timzone = "Asia/Shanghai"\n': ("homing.toml:3: unknown key `timzone`", "did you mean `timezone`?"),
    'timezone = "Asia/Beijing"\n': (
        "homing.toml:3: `timezone` is 'Asia/Beijing'",
        'write a zone such as "Asia/Shanghai"',
    ),
    "timezone = 8\n": ("homing.toml:3: `timezone` must be a text", 'write it between `"`'),
    'lateness = "3 dayz"\n': ("homing.toml:3: '3 dayz' is no duration", 'write one such as "3 days"'),
    'country = "China"\n': ("homing.toml:3: `country` is 'China'", 'write two capital letters, such as "CN"'),
    'language = "fr"\n': ("homing.toml:3: `language` is 'fr'", 'write "en", "zh" or "auto"'),
    "[costs]\nmargin = 45\n": (
        "homing.toml:4: `margin` is 45",
        "write a share above 0 and up to 1, such as 0.45",
    ),
    "[costs]\ntask = -1\n": ("homing.toml:4: `task` is -1", "write an amount, such as 0.05"),
    "[chanels.sms]\n": ("homing.toml:3: unknown key `chanels`", "did you mean `channels`?"),
    '[schedule]\nrun = "every day"\n': (
        "homing.toml:4: 'every day' is no cron line",
        'write five fields, such as "*/5 8-20 * * *"',
    ),
    '[schedule]\nrun = ["0 9 * * *", "61 9 * * *"]\n': (
        "homing.toml:4: '61 9 * * *' is no cron line",
        'write five fields, such as "*/5 8-20 * * *"',
    ),
    "[channels.sms]\ncost = -1\n": ("homing.toml:4: `cost` is -1", "write an amount, such as 0.05"),
    "[channels]\nsms = 1\n": ("homing.toml:4: `sms` is no table", "write [channels.sms]"),
    "[vars]\nlist = [1]\n": (
        "homing.toml:4: `list` is neither text nor number nor flag",
        "write one of these",
    ),
}


@pytest.mark.parametrize("written", MISTAKES)
def test_mistakes(written: str) -> None:
    """A mistake is named with file and line, and how to mend it."""
    message, hint = MISTAKES[written]
    with pytest.raises(ConfigError) as error:
        parse_config(MINIMAL + written)
    assert (str(error.value), error.value.hint) == (message, hint)


def test_no_brand() -> None:
    """The one key that must be there."""
    with pytest.raises(ConfigError, match="has no `brand`"):
        parse_config("[project]\n")


def test_not_toml() -> None:
    """The place of a mistake in the grammar is TOML's own."""
    with pytest.raises(ConfigError, match=r"homing.toml: not TOML: .*line 2"):
        parse_config("[project]\nbrand = \n")


def test_files(tmp_path: Path) -> None:
    """A missing file, and one in another encoding, are told apart; a mark before UTF-8 does not matter."""
    path = tmp_path / "homing.toml"
    with pytest.raises(ConfigError, match="no such file"):
        load_config(path)
    path.write_bytes(MINIMAL.encode("gb18030"))
    with pytest.raises(ConfigError, match="utf-8"):
        load_config(path)
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load_config(path).brand == "毛毛家"


PLACES = {("a",): 1, ("a", "b"): 2, ("a", "none"): 1, ("e", "f", "g"): 5, ("h", "i", "j"): 7, ("none",): 1}


@pytest.mark.parametrize("path", PLACES)
def test_lines(path: tuple[str, ...]) -> None:
    """Keys are found under tables and dotted names; for what is not found, the nearest table around it."""
    text = '[a]\nb = "x"\n\n["e".f]\ng = 1\n[h]\ni.j = 2\n'
    assert line_of(text, path) == PLACES[path]
