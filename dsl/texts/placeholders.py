"""What seems to stand for a value in a text and is none: `[姓名]`, `XX先生`. The customer would read it as it stands.

A signature such as `【品牌】` is right: only what has the name of a value, or the usual words for one, is meant.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from dsl.texts.static_text import masked, without_markup

_OPEN, _CLOSE = r"[\[【‹<＜〈《〔\{｛%＄$]", r"[\]】›>＞〉》〕\}｝%$]"
_ENCLOSED = re.compile(rf"(?<![{{｛]){_OPEN}\s*([^\W\d]\w{{0,20}})\s*{_CLOSE}(?![}}｝])")
_SOMEBODY = re.compile(r"(?:[XxＸ×*＊_]{2,}|某某?|○+)(?:先生|女士|小姐|老师|总)")
_USUAL: Mapping[str, str] = {
    **dict.fromkeys(("姓名", "名字", "客户姓名", "客户名", "用户名", "昵称", "客户", "name"), "name"),
    **dict.fromkeys(("称呼", "尊称", "称谓", "title"), "title"),
    **dict.fromkeys(("电话", "手机", "手机号"), "phone"),
    **dict.fromkeys(("邮箱",), "email"),
    **dict.fromkeys(("生日",), "birthday"),
    **dict.fromkeys(("积分",), "points"),
    **dict.fromkeys(("余额",), "balance"),
    **dict.fromkeys(("品牌",), "brand"),
}
_NO_SIGNATURE = frozenset(
    {"姓名", "名字", "客户姓名", "客户名", "用户名", "昵称", "称呼", "尊称", "name", "title"}
)


_LEFT = re.compile(r"\$?\{+[^{}\n]{0,40}\}+|\{\{|\}\}|\{%|%\}")


class Placeholder(NamedTuple):
    """`text` stands in a line (from 1); `name` is the value that seems to be meant."""

    line: int
    text: str
    name: str | None


def placeholders(text: str, known: Collection[str], *, is_html: bool = False) -> Iterator[Placeholder]:
    """What in a template seems to be meant as a value, of the `known` ones or of those that messages usually have."""
    words = masked(text)
    for number, line in enumerate((without_markup(words) if is_html else words).split("\n"), 1):
        for found in _ENCLOSED.finditer(line):
            is_error = found[1] in known and _half_braces(found[0])
            if not is_error and (found[1] in known or found[1] in _NO_SIGNATURE):
                yield Placeholder(number, found[0], meant(found[1], known))
        for found in _SOMEBODY.finditer(line):
            yield Placeholder(number, found[0], None)


def leftovers(text: str, known: Collection[str]) -> tuple[str, ...]:
    """What looks as if something was to be filled in, in a text in which nothing will be: `{foo}`, `[name]`, `}}`."""
    found = [*_LEFT.findall(text), *(one.text for one in placeholders(text, known))]
    return tuple(dict.fromkeys(found))


def meant(word: str, known: Collection[str]) -> str | None:
    """The known value that a word stands for."""
    return next((name for name in (word, _USUAL.get(word, "")) if name in known), None)


def _half_braces(text: str) -> bool:
    """Whether it is `{name}`, which is an error of its own."""
    return "{" in text and "}" in text
