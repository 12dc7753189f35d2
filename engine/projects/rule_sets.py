"""Rule sets as files on disk or as stored in a release: read, checked, and their texts at hand to be stored.

Knows the configuration, which says what templates may name and which channels there are; knows no store.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from dsl.check import Context, check
from dsl.context import WELL_KNOWN_CHANNELS
from dsl.diagnostics import Diagnostic, has_errors
from dsl.model.journeys import Send
from dsl.model.model import Model
from dsl.syntax.load import SUFFIX, load, parse_texts
from dsl.texts.letters import letters
from dsl.tree.statements import File
from engine.config import Config
from engine.wording import say


@dataclass(frozen=True, slots=True)
class RuleSet:
    """`texts`: rule files and letters by name. `model` is None when a diagnostic is an error."""

    files: tuple[File, ...]
    texts: Mapping[str, str]
    model: Model | None
    diagnostics: tuple[Diagnostic, ...]

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


def read_rule_set(path: Path, config: Config) -> RuleSet:
    """Read and check a rule file, or all those under a folder. Letters are read once: what was checked is stored."""
    files, flaws = load(path)
    context = _context(config, folder=path if path.is_dir() else path.parent)
    found = letters(files, context)
    return _checked(files, flaws, _context(config, folder=context.folder, texts=found))


def stored_rule_set(texts: Mapping[str, str], config: Config) -> RuleSet:
    """Check a rule set that was stored."""
    files, flaws = parse_texts({name: text for name, text in texts.items() if name.endswith(SUFFIX)})
    return _checked(files, flaws, _context(config, texts=texts))


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


def _context(
    config: Config, *, folder: Path | None = None, texts: Mapping[str, str] | None = None
) -> Context:
    channels = WELL_KNOWN_CHANNELS | config.channels.keys()
    return Context(frozenset(config.variables), frozenset(channels), folder, texts or {})


def _checked(files: tuple[File, ...], flaws: tuple[Diagnostic, ...], context: Context) -> RuleSet:
    checked = check(files, context, flaws)
    diagnostics = (*flaws, *checked.diagnostics)
    texts = {file.source.name: file.source.text for file in files} | dict(context.file_texts)
    model = None if has_errors(diagnostics) else checked.model
    return RuleSet(files, texts, model, tuple(sorted(diagnostics, key=_place)))


def _place(item: Diagnostic) -> tuple[str, int, int]:
    return item.span.source.name, item.span.start, item.span.end
