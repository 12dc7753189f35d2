"""Links in messages (S58): what is wrong as they are written is in `tests/dsl/cases`; here they are followed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from dsl.texts.links import links
from dsl.texts.static_text import masked
from tests.gateways import Gateway, Hit, web_gateway
from tests.projects import CONFIG, Homing, applied_project

RULES = """\
customer {{ name: text, phone: phone, email: email }}
message good {{ sms: "看 {url}/ok，{{{{ shop }}}}/ok，{url}/moved 或 {url}/of/{{{{ name }}}}" }}
message gone {{ sms: "看 {url}/gone" }}
message away {{ sms: "看 {url}/away" }}
policy p {{ at most 2 per month }}
journey all_of_it {{
  policy p
  enter when phone is known
  state first {{
    send good via sms
    send gone via sms
    send away via sms
    after 1 day -> end over
  }}
}}
"""


def site(hit: Hit) -> web.Response:
    """A page, one that has moved within the site, one that leads elsewhere; nothing besides."""
    port = hit.headers["host"].rpartition(":")[2]
    targets = {"/moved": f"http://127.0.0.1:{port}/ok", "/away": f"http://localhost:{port}/ok"}
    if hit.target in targets:
        return web.Response(status=302, headers={"Location": targets[hit.target]})
    return web.Response(status=200 if hit.target == "/ok" else 404)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Homing, Gateway, str]]:
    """A project whose messages link to a site on loopback."""
    with web_gateway(site) as server:
        url = f"http://127.0.0.1:{server.port}"
        yield (
            applied_project(tmp_path, RULES.format(url=url), f'{CONFIG}[vars]\nshop = "{url}"\n'),
            server,
            url,
        )


def test_check_follows_links_when_it_is_asked_to(shop: tuple[Homing, Gateway, str]) -> None:
    """Status 1, and what is wrong with each; every link is opened once, and none of single customers."""
    homing, server, url = shop
    homing.well("check")
    assert not server.hits
    said = homing("check", "--links", "--json")
    errors = [one for one in said.json["diagnostics"] if one["message"].startswith("http")]
    assert said.status == 1
    assert [(one["slug"], one["line"], one["message"]) for one in errors] == [
        ("bad-link", 3, f"{url}/gone answers 404."),
        ("bad-link", 4, f"{url}/away leads to localhost."),
    ]
    assert sorted(hit.target for hit in server.hits) == ["/away", "/gone", "/moved", "/ok", "/ok", "/ok"]
    assert "4 links followed; 1 are another for each customer" in homing("check", "--links").err


def test_domains_of_the_project_are_not_elsewhere(shop: tuple[Homing, Gateway, str]) -> None:
    """A short link leads to the shop."""
    homing, _, url = shop
    homing.file(
        "homing.toml", f'{CONFIG}[links]\ndomains = ["localhost", "127.0.0.1"]\n[vars]\nshop = "{url}"\n'
    )
    said = homing("check", "--links", "--json")
    messages = [one["message"] for one in said.json["diagnostics"] if one["message"].startswith("http")]
    assert messages == [f"{url}/gone answers 404."]


def test_a_batch_with_a_broken_link_is_held(shop: tuple[Homing, Gateway, str]) -> None:
    """S58: nothing of these messages leaves until somebody has looked; the others go."""
    homing, _, url = shop
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone\nC1,陈晨,13800000001\n"))
    said = homing("pause", "--links", "--as", "小林")
    assert said.status == 1
    assert f"by 小林: {url}/gone answers 404" in said.out
    homing.well("run", "--at", "2026-10-12 10:00")
    found = {one["message"]: one["status"] for one in homing("messages", "--json").json}
    assert (found["good"], found["gone"]) == ("sent", "ready")
    assert "message `gone` is paused" in homing("status").err
    homing.well("resume", "--message", "gone")
    homing.well("run", "--at", "2026-10-12 10:05")
    found = {one["message"]: one["status"] for one in homing("messages", "--json").json}
    assert found["gone"] == "sent"


def test_a_site_that_is_down(tmp_path: Path) -> None:
    """Is told in words."""
    with web_gateway(site) as server:
        url = f"http://127.0.0.1:{server.port}"
    homing = applied_project(tmp_path, RULES.format(url=url), CONFIG + f'[vars]\nshop = "{url}"\n')
    assert f"{url}/ok cannot be reached: Connection refused." in homing("check", "--links").out


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("看https://a.example/x?y=1，好", ["https://a.example/x?y=1"]),
        ("(https://a.example).", ["https://a.example"]),
        ("https://a.example/{{ id }}/b", ["https://a.example/\0\0\0\0\0\0\0\0/b"]),
        ('<a href="https://a.example/b">这里</a>', ["https://a.example/b"]),
        ("没有链接 http", []),
    ],
)
def test_what_a_link_is(text: str, found: list[str]) -> None:
    """It ends where its alphabet ends; what ends a sentence is no part of it."""
    assert [link.text for link in links(masked(text))] == found
