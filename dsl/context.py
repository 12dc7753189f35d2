"""What a rule set may rely on besides itself: names of the config and the folder it lies in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

WELL_KNOWN_CHANNELS = frozenset({"sms", "email", "wecom", "push", "webhook", "console"})

ALSO_CALLED: Mapping[str, str] = {
    "wechat": "wecom",
    "weixin": "wecom",
    "微信": "wecom",
    "企业微信": "wecom",
    "企微": "wecom",
    "text": "sms",
    "短信": "sms",
    "mail": "email",
    "邮件": "email",
    "邮箱": "email",
    "app": "push",
    "推送": "push",
}
"""What people call the well-known channels."""


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a rule set.

    `variables`: what templates may name besides the customer (`brand` and `[vars]` of the config).
    `channels`: the well-known ones and those configured.
    `folder`: where `file "letters/x.html.j2"` is looked up, relative to the rule file in it; None: nowhere.
    `file_texts`: texts by path relative to the folder, for rule sets kept elsewhere; they come first.
    `domains`: where links in texts may lead; none: anywhere.
    """

    variables: frozenset[str] = frozenset({"brand"})
    channels: frozenset[str] = WELL_KNOWN_CHANNELS
    folder: Path | None = None
    file_texts: Mapping[str, str] = field(default_factory=dict)
    domains: tuple[str, ...] = ()
