"""In which language people are spoken to: that of the project's configuration, else the locale's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from dsl.translation import Language
from engine.errors import ConfigError

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""What names the locale for messages: the first that is set counts."""


def language_of(setting: Literal["auto", "en", "zh"], environment: Mapping[str, str]) -> Language:
    """The language that a configuration asks for; `auto`: the locale's, `zh_CN.UTF-8` is Chinese, `fr_FR` English."""
    if setting != "auto":
        return setting
    locale = next(filter(None, map(environment.get, _VARIABLES)), "")
    return "zh" if locale.lower().startswith(("zh_", "zh-", "zh.")) or locale.lower() == "zh" else "en"


def language_at(project: Path | None, environment: Mapping[str, str]) -> Language:
    """The language of the project in a folder; the locale's when there is none, or its configuration is wrong."""
    if project is None:
        return language_of("auto", environment)
    from engine.config import FILE_NAME, load_config  # noqa: PLC0415  # takes a while to load

    try:
        return language_of(load_config(project / FILE_NAME).language, environment)
    except ConfigError:
        return language_of("auto", environment)
