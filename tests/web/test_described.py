"""What the way in says of itself, and whether it keeps to it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of
from prometheus_client.parser import text_string_to_metric_families
from schemathesis import GenerationMode

from tests.webs import PUSHED as CONFIG
from tests.webs import PUSHED_RULES as RULES
from tests.webs import Web, web

EXAMPLES = 10 * int(os.environ.get("HOMING_SEEDS", "1"))

PATHS = (
    "/v1/batch",
    "/v1/track",
    "/v1/identify",
    "/receipts/{channel}",
    "/replies/{channel}",
    "/healthz",
    "/metrics",
)


def test_health_is_that_of_the_status(tmp_path: Path) -> None:
    """200 while all is well, 503 when `homing status` finds something wrong; no key is asked for."""
    with web(tmp_path) as some:
        assert (
            some.call("GET", "/healthz", key=None).status,
            some.call("HEAD", "/healthz", key=None).status,
        ) == (200, 200)
    with web(tmp_path) as some:
        some.homing.well("pause", "--because", "x")
        answer = some.call("GET", "/healthz", key=None)
        assert (answer.status, answer.json) == (503, {"healthy": False})


def test_figures_name_no_customer(tmp_path: Path) -> None:
    """Prometheus can read them, and nothing in them is of a customer."""
    with web(tmp_path) as some:
        some.track("visit", user="canary-17", properties={"store": "canary-18"})
        some.track("canary-19", user="canary-17")
        assert some.call("GET", "/metrics", key=None).status == 401
        text = some.call("GET", "/metrics", key="watch-secret").body.decode()
        names = {family.name for family in text_string_to_metric_families(text)}
        assert {"homing_http_requests", "homing_http_messages", "homing_healthy", "homing_active"} <= names
        assert "canary" not in text + some.log.getvalue()


def test_every_address_is_described(tmp_path: Path) -> None:
    """In OpenAPI."""
    with web(tmp_path) as some:
        assert set(some.call("GET", "/openapi.json", key=None).json["paths"]) == {*PATHS, "/openapi.json"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One with a key for everything."""
    every = 'scopes = ["replies", "receipts", "events", "customers", "metrics"]'
    folder = tmp_path_factory.mktemp("served")
    with web(folder, CONFIG.replace('scopes = ["replies"]', every, 1), RULES) as some:
        yield some


@pytest.mark.parametrize("path", PATHS)
def test_it_keeps_to_its_description(served: Web, path: str) -> None:
    """Whatever the description allows, and much that it does not: no failure, and no answer that it does not name."""
    described = schemathesis.openapi.from_url(f"http://127.0.0.1:{served.port}/openapi.json")
    (operation,) = (one.ok() for one in described.include(path=path).get_all_operations())
    made = [operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=one_of(*made) if operation.body else made[0])
    def fuzz(case: schemathesis.Case) -> None:
        answer = case.call(headers={"authorization": "Bearer shop-secret"})
        assert answer.status_code in {*map(int, operation.definition.raw["responses"]), 404, 405}, answer
        assert answer.status_code < 500, answer
        assert path == "/metrics" or isinstance(answer.json(), dict)

    fuzz()
    assert '"error"' not in served.log.getvalue()
