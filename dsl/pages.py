"""The page of each kind of finding: what it is, why it matters, a wrong example, a right one. Markdown, by language."""

from functools import cache
from pathlib import Path

from dsl.slugs import Slug
from dsl.translation import Language


@cache
def page(slug: Slug, language: Language = "en") -> str:
    """The whole page."""
    name = f"{slug}.md" if language == "en" else f"{language}/{slug}.md"
    return (_folder() / name).read_text(encoding="utf-8")


def summary(text: str) -> str:
    """What a page says in its first paragraphs, before its examples, as plain text in a line for each paragraph."""
    _, _, body = text.partition("\n\n")
    body, _, _ = body.partition("\n## ")
    _, _, what = body.partition("\n\n")
    return "\n".join(" ".join(paragraph.split()) for paragraph in what.strip().split("\n\n"))


def _folder() -> Path:
    """In the package, or in the documentation of a checkout."""
    packaged = Path(__file__).with_name("explained")
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "docs" / "diagnostics"
