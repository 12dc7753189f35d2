"""Whether the links in messages lead where they should, by following them: on demand only.

Followed is what reads the same for everybody, values of `[vars]` filled in; the pages of single customers are not.
"""

import re
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPException
from urllib.parse import urlsplit

from dsl.model.model import Model, Variant
from dsl.texts.links import belongs, links
from dsl.texts.static_text import masked
from dsl.wording import Phrase
from engine.channels.network_errors import why_unreached
from engine.config import Config
from engine.reasons import LINK_ANSWERS, LINK_DEAD, LINK_LEADS

TIMEOUT = 10  # seconds
_AT_ONCE = 8
_NAMED = re.compile(r"\{\{-?\s*(\w+)\s*-?\}\}")


@dataclass(frozen=True, slots=True)
class Found:
    """A link that is not as it should be, and where it stands."""

    message: str
    variant: Variant
    because: Phrase


@dataclass(slots=True)
class Followed:
    """What following links came to. `links`: how many were followed; `passed_over`: are another for each customer."""

    links: int = 0
    passed_over: int = 0
    found: list[Found] = field(default_factory=list)


def follow_links(model: Model, config: Config) -> Followed:
    """Follow every link in the texts of a rule set, each once."""
    done, places = Followed(), dict[str, list[tuple[str, Variant]]]()
    for name, variant, text, is_whole in _links(model, config.variables):
        if is_whole:
            places.setdefault(text, []).append((name, variant))
        else:
            done.passed_over += 1
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(places, pool.map(lambda link: _follow(link, config.domains), places), strict=True))
    done.links = len(places)
    for text, because in answers.items():
        if because is not None:
            done.found += (Found(name, variant, because) for name, variant in places[text])
    return done


def _links(model: Model, variables: Mapping[str, object]) -> Iterator[tuple[str, Variant, str, bool]]:
    for message in model.messages.values():
        for variant in message.variants:
            for template in (variant.subject or "", variant.body):
                words = _NAMED.sub(lambda name: str(variables.get(name[1], name[0])), template)
                for link in links(masked(words)):
                    yield message.name, variant, unescape(link.text), link.is_whole


def _follow(link: str, domains: Collection[str]) -> Phrase | None:
    """What is wrong with where a link leads."""
    own = urlsplit(link).hostname or ""
    try:
        request = urllib.request.Request(link, headers={"User-Agent": "Mozilla/5.0 (compatible; Homing)"})  # noqa: S310  # https? by its pattern
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            end = urlsplit(answer.url).hostname or ""
    except urllib.error.HTTPError as error:
        error.close()
        return LINK_ANSWERS(link=link, status=error.code)
    except (OSError, HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        why = why_unreached(reason) if isinstance(reason, Exception) else str(reason)
        return LINK_DEAD(link=link, why=why)
    known = belongs(end, (own, *domains)) or belongs(own, (end,))
    return None if known else LINK_LEADS(link=link, host=end)
