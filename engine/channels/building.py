"""From the tables of the configuration to channels, by their kind."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from engine.channels.console import console_channel
from engine.channels.file import file_channel
from engine.channels.protocol import Channel, MissingSecretError
from engine.channels.settings import Settings
from engine.config import ChannelConfig
from engine.wording import all_of, near_or, say


def _http(settings: Settings) -> Channel:
    from engine.channels.http.channel import http_channel  # noqa: PLC0415  # its libraries take a while to load

    return http_channel(settings)


def _smtp(settings: Settings) -> Channel:
    from engine.channels.smtp.channel import smtp_channel  # noqa: PLC0415  # as above

    return smtp_channel(settings)


def _wecom(settings: Settings) -> Channel:
    from engine.channels.wecom import wecom_channel  # noqa: PLC0415  # as above

    return wecom_channel(settings)


def _smpp(settings: Settings) -> Channel:
    from engine.channels.smpp.channel import smpp_channel  # noqa: PLC0415  # as above

    return smpp_channel(settings)


def _apprise(settings: Settings) -> Channel:
    from engine.channels.apprise import apprise_channel  # noqa: PLC0415  # as above

    return apprise_channel(settings)


KINDS: Mapping[str, Callable[[Settings], Channel]] = {
    "file": file_channel,
    "console": console_channel,
    "http": _http,
    "smtp": _smtp,
    "smpp": _smpp,
    "wecom": _wecom,
    "apprise": _apprise,
}


def build_channel(config: ChannelConfig, folder: Path) -> Channel:
    """The channel of a table; ChannelSettingsError when the table cannot be meant."""
    settings = Settings(config.name, config.kind, config.settings, folder)
    build = KINDS.get(config.kind)
    if build is None:
        hint = near_or(config.kind, KINDS, say("known kinds: {names}", names=all_of(KINDS)))
        raise settings.error(say("there is no kind {kind!r}", kind=config.kind), hint)
    return build(settings)


def build_channels(configs: Mapping[str, ChannelConfig], folder: Path) -> dict[str, Channel]:
    """Every channel of a configuration, by name."""
    return {name: build_channel(config, folder) for name, config in configs.items()}


def look_over(configs: Mapping[str, ChannelConfig], folder: Path) -> None:
    """ChannelSettingsError when a table cannot be meant. Secrets may be where messages leave, and not here."""
    for config in configs.values():
        with suppress(MissingSecretError):
            build_channel(config, folder).close()
