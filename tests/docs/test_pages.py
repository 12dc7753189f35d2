"""The pages on diagnostics are true: wrong examples give exactly what is shown, right ones nothing."""

from typing import get_args

import pytest

from dsl.pages import page, summary
from dsl.slugs import SLUGS, Slug
from dsl.translation import Language
from tests.pages import FOLDERS, examples, findings, heading, index, said

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def test_every_slug_is_explained() -> None:
    """What a diagnostic may be called has its line in the list, and there is no other."""
    assert set(SLUGS) == set(get_args(Slug))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_slug_has_its_page_and_every_page_a_slug(language: Language) -> None:
    """In each language; the index lists them all (`make docs` makes it anew)."""
    pages = {path.stem for path in FOLDERS[language].glob("*.md")}
    assert pages == {*SLUGS, "README"}
    assert (FOLDERS[language] / "README.md").read_text(encoding="utf-8") == index(language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_the_examples_are_what_they_say(slug: Slug, language: Language) -> None:
    """The wrong one gives exactly this diagnostic, as shown (`make docs` shows it anew), the right one nothing."""
    text = page(slug, language)
    wrong, shown, right = examples(text)
    found = findings(wrong)
    assert said(found, language) == shown
    assert {item.slug for item in found} == {slug}
    assert {item.severity for item in found} == {SLUGS[slug].severity}
    assert said(findings(right), language) == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_pages_begin_alike(slug: Slug, language: Language) -> None:
    """With the slug, its severity and what it finds, as the list has it; then comes what it is, in a few lines."""
    text = page(slug, language)
    assert text.startswith(heading(slug, SLUGS[slug], language))
    assert 0 < len(summary(text)) < 700


@pytest.mark.parametrize("slug", SLUGS)
def test_both_languages_show_the_same_examples(slug: Slug) -> None:
    """What is wrong and right does not change with the language."""
    english, chinese = examples(page(slug)), examples(page(slug, "zh"))
    assert (english[0], english[2]) == (chinese[0], chinese[2])
