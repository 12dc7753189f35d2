"""What a reply means for whether a customer may be written to: by words alone, whichever way it came in.

Width, case, punctuation, spaces, quotes and pictures do not count; a word said several times is said once.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Meaning = Literal["optout", "unclear", "none"]

OPTOUT_WORDS = (
    "T", "TD", "回T", "回TD", "回复T", "回复TD", "退订", "退訂", "T退订", "TD退订", "退订T", "退订TD",
    "回T退订", "回TD退订", "回复T退订", "回复TD退订", "回退订", "回复退订", "我要退订", "请退订",
    "取消订阅", "取消訂閱", "拒收", "回STOP", "回复STOP",
    "STOP", "STOP ALL", "UNSUBSCRIBE", "UNSUBSCRIBE ALL", "OPT OUT",
)  # fmt: skip
"""What alone is an opt-out, in every project."""

UNCLEAR_WORDS = (
    "别再发", "别给我发", "别发", "不要再发", "不要给我发", "不要发", "不需要再发", "停止发送",
    "不想收", "不再接收", "不接收",
    "别再打扰", "不要打扰", "不要再打扰", "勿扰", "骚扰", "投诉", "举报", "拉黑", "黑名单", "垃圾短信",
    "stop sending", "stop texting", "stop messaging", "do not send", "don't send", "do not contact",
    "don't contact", "do not text", "don't text", "remove me", "no more messages", "spam", "opt-out",
)  # fmt: skip
"""What within a text may be an opt-out, besides the words of `OPTOUT_WORDS`: a person must look."""

_WORD = re.compile(r"(?<![0-9a-zß-ɏ'])[a-zß-ɏ]+(?:'[a-zß-ɏ]+)*(?![0-9a-zß-ɏ])")


@dataclass(frozen=True)
class Keywords:
    """The words of a project: those that every project knows, and its own.

    `optout`: what alone is an opt-out. `unclear`: what within a text a person must look at.
    """

    optout: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()

    def meaning(self, text: str) -> Meaning:
        """`optout` for the agreed words alone; `unclear` when a person must say; `none` otherwise."""
        folded = fold(text)
        bare = bare_of(folded)
        if any(bare and bare == word * (len(bare) // len(word)) for word in self._bare):
            return "optout"
        return "unclear" if self._hints(folded) else "none"

    def _hints(self, folded: str) -> bool:
        """A letter counts where it stands alone, a word of a language without spaces wherever it stands."""
        joined = "".join(folded.split())
        if any(hint in folded or (hint in joined and not hint.isascii()) for hint in self._inside):
            return True
        return not self._alone.isdisjoint(_WORD.findall(folded))

    @cached_property
    def _bare(self) -> frozenset[str]:
        return frozenset(bare_of(fold(word)) for word in (*OPTOUT_WORDS, *self.optout)) - {""}

    @cached_property
    def _alone(self) -> frozenset[str]:
        """Words in letters: `t` in `can't` or `hat` is none."""
        return frozenset(word for word in self._bare if _WORD.fullmatch(word))

    @cached_property
    def _inside(self) -> tuple[str, ...]:
        hints = {fold(word).strip() for word in (*UNCLEAR_WORDS, *self.unclear)}
        return tuple(sorted((hints | (self._bare - self._alone)) - {""}))


USUAL = Keywords()
"""Those that every project knows."""


def fold(text: str) -> str:
    """A text without width and case, and without what is not seen."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return "".join(char for char in plain if unicodedata.category(char) not in ("Cf", "Mn", "Me"))


def bare_of(folded: str) -> str:
    """Its letters and digits alone."""
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LN")
