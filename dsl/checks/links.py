"""Links in the texts of messages that cannot be right as they are written. Nothing is followed."""

from collections.abc import Collection, Iterator

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.source import Span
from dsl.texts.links import Link, belongs, links
from dsl.texts.passages import letters_of
from dsl.wording import Phrase, say


def check_links(subject: Subject) -> Iterator[Diagnostic]:
    """`bad-link`: not `https`, misspelt, or to a domain that is none of the project's."""
    told: set[Span] = set()
    for name, decl in subject.catalog.messages.items():
        for letter in letters_of(decl, subject.model.messages[name]):
            for passage in letter.passages:
                for link in links(passage.words):
                    flaw = _flaw(link, subject.context.domains)
                    span = passage.place(link.start, link.end)
                    if flaw is not None and span not in told:
                        told.add(span)
                        yield Diagnostic("bad-link", "warning", span, *flaw, passage.also)


def _flaw(link: Link, domains: Collection[str]) -> tuple[Phrase, Phrase] | None:
    host = link.host
    if host == "":
        return (
            say("This link leads nowhere: it names no place such as `example.cn`."),
            say("Write it in full: `https://example.cn/page`."),
        )
    if not link.is_safe:
        return say("This link is not protected on its way."), say("Write `https://`, if the site has it.")
    if host is not None and domains and not belongs(host, domains):
        return (
            say("`{host}` is none of the domains that links may lead to.", host=host),
            say("Is it spelt right? If so, add it to `domains` under [links] in homing.toml."),
        )
    return None
