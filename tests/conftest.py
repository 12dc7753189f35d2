"""How hard generated tests try: as they say themselves, without a deadline; with `make soak` many times as long."""

import os

import pytest
from hypothesis import HealthCheck, settings

SOAK = 40
"""How many times as many examples a soak runs."""

settings.register_profile("usual", deadline=None)
settings.register_profile("soak", deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def pytest_configure(config: pytest.Config) -> None:
    """Without another choice, and outside CI, which has a profile of its own, the usual profile is in force.

    Commands speak English unless a test says otherwise, whatever the language of the machine.
    """
    os.environ["LC_ALL"] = "C.UTF-8"
    if not config.getoption("--hypothesis-profile") and settings.get_current_profile_name() == "default":
        settings.load_profile("usual")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's own number of examples is what it usually takes; a soak multiplies it."""
    if settings.get_current_profile_name() != "soak":
        return
    for item in items:
        test = getattr(item, "obj", None)
        chosen = getattr(test, "_hypothesis_internal_use_settings", None)
        if chosen is not None:
            longer = settings(chosen, max_examples=chosen.max_examples * SOAK)
            test._hypothesis_internal_use_settings = longer
