"""What a policy says about words, against the messages that are sent under it: `forbid` and `require`.

The final text is looked through once more before it goes (`engine.permits.final_text`); this is what is certain now.
"""

from collections.abc import Iterable, Iterator, Mapping

from dsl.checks.subject import Subject
from dsl.diagnostics import Diagnostic
from dsl.model.journeys import Send
from dsl.model.model import Phrase as Words
from dsl.model.model import Policy
from dsl.source import Span
from dsl.texts.passages import Letter, Passage, letters_of
from dsl.texts.static_text import lacks
from dsl.wording import Hint, say

_SMS = "sms"

_Policies = Mapping[tuple[str, str], dict[str, Policy]]
"""The policies under which a message is sent by a channel, in the order of the rules."""


def check_policy_texts(subject: Subject) -> Iterator[Diagnostic]:
    """`forbidden-text` and `required-text`."""
    sent, told = _policies(subject), set[Span]()
    for name, decl in subject.catalog.messages.items():
        for letter in letters_of(decl, subject.model.messages[name]):
            policies = sent.get((name, letter.channel), {}).values()
            for passage in letter.passages:
                yield from _forbidden(passage, policies, told)
            if letter.channel == _SMS:
                yield from _required(name, letter, policies)


def _policies(subject: Subject) -> _Policies:
    found: dict[tuple[str, str], dict[str, Policy]] = {}
    for journey in subject.model.journeys.values():
        for action in (action for state in journey.states for action in state.actions):
            if isinstance(action, Send) and action.policy in subject.model.policies:
                for channel in action.via:
                    policies = found.setdefault((action.message, channel), {})
                    policies[action.policy] = subject.model.policies[action.policy]
    return found


def _forbidden(passage: Passage, policies: Iterable[Policy], told: set[Span]) -> Iterator[Diagnostic]:
    """Each place once, whatever policies forbid it and however many messages share a letter."""
    for policy in policies:
        for words in policy.forbid:
            for start, end in _places(passage.words, words.text):
                span = passage.place(start, end)
                if span not in told:
                    told.add(span)
                    yield _held(policy, words, span, passage.also)


def _held(policy: Policy, words: Words, span: Span, also: tuple[Span, ...]) -> Diagnostic:
    message = say(
        "The policy `{policy}` forbids `{words}`: each of these messages would be held for a person.",
        policy=policy.name,
        words=words.text,
    )
    hint = _INSTEAD.get(words.text) or say("Say it in other words, or take it out of `forbid`.")
    return Diagnostic("forbidden-text", "warning", span, message, hint, (*also, words.span))


_FULL_STOP = say("End the sentence with `。`, or with a comma.")
_ONE_QUESTION = say("One question mark is enough.")
_INSTEAD: Mapping[str, Hint] = {
    "！": _FULL_STOP,
    "!": _FULL_STOP,
    "!!": _FULL_STOP,
    "??": _ONE_QUESTION,
    "？？": _ONE_QUESTION,
}


def _required(name: str, letter: Letter, policies: Iterable[Policy]) -> Iterator[Diagnostic]:
    told: set[str] = set()
    for policy in policies:
        for words in policy.require:
            if words.text not in told and lacks(letter.body, words.text):
                told.add(words.text)
                message = say(
                    "The policy `{policy}` requires `{words}` in every sms, and `{message}` does not have it.",
                    policy=policy.name,
                    words=words.text,
                    message=name,
                )
                also = (*letter.passages[-1].also, words.span)
                hint = _BESIDE if words.text in letter.passages[-1].words else _INTO
                yield Diagnostic("required-text", "warning", letter.place, message, hint, also)


_INTO = say("Write it into the text: without it each of these messages would be held for a person.")
_BESIDE = say("It stands inside `{% if … %}` alone: write it so that every customer gets it.")


def _places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Where the words stand, from and to; said several times on end they count once."""
    start = text.find(words) if words else -1
    while start >= 0:
        end = start + len(words)
        while text.startswith(words, end):
            end += len(words)
        yield start, end
        start = text.find(words, end)
