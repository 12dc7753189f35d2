"""Rule sets as they are stored in a release, and what every rule set holds. From files: `engine.projects.rule_files`.

Knows the configuration, which says what templates may name and which channels there are; knows no store.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from dsl.context import WELL_KNOWN_CHANNELS, Context
from dsl.diagnostics import Diagnostic, has_errors
from dsl.model.journeys import Send
from dsl.model.model import Model
from dsl.recheck import Checked, recheck
from dsl.syntax.load import SUFFIX, parse_texts
from dsl.tree.statements import File
from engine.config import Config
from engine.errors import RulesError
from engine.wording import say

Check = Callable[[tuple[File, ...], Context, tuple[Diagnostic, ...]], Checked]
"""The whole check, or a part of it."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """`texts`: rule files and letters by name. `model` is None when a diagnostic is an error."""

    files: tuple[File, ...]
    texts: Mapping[str, str]
    model: Model | None
    diagnostics: tuple[Diagnostic, ...]

    def sound(self, found: tuple[Diagnostic, ...] = ()) -> Model:
        """The model; RulesError when a diagnostic, or one of those `found` in it besides, is an error."""
        if self.model is None or has_errors(found):
            raise RulesError(say("the rules have errors"), say("`homing check` shows them"))
        return self.model

    @property
    def digest(self) -> str:
        """Tells rule sets apart by their texts."""
        hashed = sha256()
        for name in sorted(self.texts):
            for part in (name, self.texts[name]):
                content = part.encode(errors="surrogatepass")
                hashed.update(len(content).to_bytes(8))
                hashed.update(content)
        return hashed.hexdigest()


def stored_rule_set(texts: Mapping[str, str], config: Config) -> RuleSet:
    """A rule set that was stored because it had no errors, as far as runs need it: without its scenarios."""
    rules = {name: text for name, text in texts.items() if name.endswith(SUFFIX)}
    files, flaws = parse_texts(rules, scenarios=False)
    return rule_set_of(files, flaws, context_of(config, texts=texts), recheck)


def missing_channels(model: Model, config: Config) -> list[Diagnostic]:
    """The channels that rules send by and the configuration does not have, each at its first place."""
    found: dict[str, Diagnostic] = {}
    for journey in model.journeys.values():
        for action in (action for state in journey.states for action in state.actions):
            for via in action.via if isinstance(action, Send) else ():
                if via not in config.channels and via not in found:
                    found[via] = Diagnostic(
                        "missing-channel", "error", action.span,
                        say("There is no channel `{via}` in homing.toml.", via=via),
                        say('Write [channels.{via}] there, with kind = "file" to begin with.', via=via),
                    )  # fmt: skip
    return list(found.values())


def context_of(
    config: Config, *, folder: Path | None = None, texts: Mapping[str, str] | None = None
) -> Context:
    """What rules may name in a project with this configuration."""
    channels = WELL_KNOWN_CHANNELS | config.channels.keys()
    return Context(frozenset(config.variables), frozenset(channels), folder, texts or {}, config.domains)


def rule_set_of(
    files: tuple[File, ...], flaws: tuple[Diagnostic, ...], context: Context, check: Check
) -> RuleSet:
    """Files that were parsed, checked in a context."""
    checked = check(files, context, flaws)
    diagnostics = (*flaws, *checked.diagnostics)
    texts = {file.source.name: file.source.text for file in files} | dict(context.file_texts)
    model = None if has_errors(diagnostics) else checked.model
    return RuleSet(files, texts, model, tuple(sorted(diagnostics, key=_place)))


def _place(item: Diagnostic) -> tuple[str, int, int]:
    return item.span.source.name, item.span.start, item.span.end
