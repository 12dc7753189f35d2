"""A new project: its configuration, the starter rules and an empty database."""

import json
from importlib.resources import files
from pathlib import Path

from engine.config import FILE_NAME, load_config
from engine.errors import ProjectExistsError
from engine.projects.project import database_of
from engine.storage.store import open_store
from engine.visible import file_name
from engine.wording import say

_CONFIG = """\
# The configuration of a Homing project. Every key has a default but `brand`.

[project]
brand = {brand}                  # in scope of every message, like everything under [vars]
timezone = "Asia/Shanghai"        # the business time zone
country = "CN"                    # public holidays, phone numbers without a country code, the currency of costs
rules = "rules"                   # the folder of the rule set
database = "homing.db"            # or postgresql://…
lateness = "3 days"               # how far before a journey's entry an event may lie and still count as new
language = "auto"                 # en, zh, auto: the locale's

[schedule]
run = "*/5 8-20 * * *"            # when `homing serve` runs: cron, business time zone; several: a list

[serve]
grace = 20                        # seconds that calls under way may take when it is stopped
lease = 30                        # seconds of silence after which a second daemon takes over
gap = "6 hours"                   # nobody at work for so long, or a clock ahead: somebody must say go on

# One table per channel; the name is what rules say after `via`. A file channel writes each message as a line of
# JSON, so that everything works before any gateway does. `cost` is that of one message (or SMS segment).
# `address` names the customer's attribute to send to; else the first phone number for sms, the first e-mail
# address for email, and the attribute called like the channel for any other.

[channels.sms]
kind = "file"
path = "outbox.jsonl"
cost = 0.05

[channels.email]
kind = "file"
path = "outbox.jsonl"

[channels.wecom]
kind = "file"
path = "outbox.jsonl"

[channels.push]
kind = "file"
path = "outbox.jsonl"

# A gateway that takes JSON; docs/channels.md tells of it, of e-mail (smtp) and WeCom (wecom), and of profiles for
# providers. `homing channels test sms --to +8613800000001` tries one with a real message.
#
# [channels.sms]                  # instead of the one above
# kind = "http"
# url = "https://gateway.example/v1/send"
# headers = {{ Authorization = "Bearer {{{{ secret('SMS_TOKEN') }}}}" }}   # the environment's, or in secrets/SMS_TOKEN
# json = {{ to = "{{{{ to }}}}", text = "{{{{ text }}}}", ref = "{{{{ ref }}}}" }}
# id = "$.id"                     # its own reference, in the answer
# cost = 0.05

# [alerts]                        # where `homing status --alert` tells staff of problems, as Apprise writes addresses
# urls = ["mailtos://alerts:{{{{ secret('ALERT_PASSWORD') }}}}@example.com?to=ops@example.com"]

# [retention]                     # what rules have no use for may go: see docs/operations.md; else all is kept
# moves = "2 years"               # how somebody went through a journey that has ended
# texts = "1 year"                # the words of messages that have been decided
# messages = "3 years"            # and events, tasks, benefits, inbox, runs, rejects, trail

# [guard]
# most_in_a_run = "20%"           # of all customers, or a number: of a journey that would write to more at once nothing
#                                 # leaves until somebody has looked: `homing resume --journey J`

# [links]
# domains = ["example.cn"]        # where links in messages may lead; without it anywhere

[roles]                           # how staff read the roles that rules name
advisor = "顾问"
manager = "店长"

# [costs]                         # what `homing report returns` reckons with, besides `cost` of channels and benefits
# task = 8                        # what a finished task costs
# margin = 0.45                   # what is left of what customers spend; without it all

[vars]                            # names that every message may use
hotline = "400-000-0000"
"""


def start_project(folder: Path, brand: str | None = None) -> None:
    """Make a project in a folder. ProjectExistsError when there is one; rules that are there are kept.

    The configuration is written last: what was interrupted before is no project yet and may be started again.
    """
    config = folder / FILE_NAME
    if config.exists():
        raise ProjectExistsError(
            say("{folder}: a project already", folder=folder), say("it has a homing.toml")
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _copy_rules(folder / "rules")
    draft = folder / f".{FILE_NAME}.new"
    quoted = json.dumps(brand or file_name(folder.absolute().name) or "Homing", ensure_ascii=False)
    draft.write_text(_CONFIG.format(brand=quoted), encoding="utf-8")
    open_store(database_of(folder, load_config(draft)), create=True).close()
    draft.replace(config)


def starter_rules() -> Path:
    """The folder of the rules that come with Homing: in the package, or beside it in a checkout."""
    packaged = Path(str(files("engine"))) / "starter"
    return packaged if packaged.is_dir() else Path(str(files("engine"))).parent / "rules"


def _copy_rules(target: Path) -> None:
    if target.is_dir() and any(target.iterdir()):
        return
    target.mkdir(exist_ok=True)
    source = starter_rules()
    for file in source.rglob("*") if source.is_dir() else ():
        copied = target / file.relative_to(source)
        if file.is_file():
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(file.read_bytes())
