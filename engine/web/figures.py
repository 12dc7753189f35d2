"""What Prometheus is told: counts, never of a customer. Labels name sources, channels and addresses of ours."""

from collections import Counter as Counts
from collections.abc import Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from engine.views.status import Status


@dataclass(slots=True)
class Figures:
    """Counts since this process began, and how the project is when it is asked."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    _requests: Counter = field(init=False)
    _messages: Counter = field(init=False)
    _refused: Counter = field(init=False)
    _reports: Counter = field(init=False)
    _gauges: Mapping[str, Gauge] = field(init=False)

    def __post_init__(self) -> None:
        made = self.registry
        self._requests = Counter(
            "homing_http_requests", "Requests by address and status.", ["path", "status"], registry=made
        )
        self._messages = Counter(
            "homing_http_messages", "Messages by source and what became of them.", ["source", "result"],
            registry=made,
        )  # fmt: skip
        self._refused = Counter(
            "homing_http_refused", "What gateways seemed to push and was forged, stale or too old.",
            ["channel", "because"], registry=made,
        )  # fmt: skip
        self._reports = Counter(
            "homing_http_reports",
            "Receipts and replies pushed and taken.",
            ["channel", "what"],
            registry=made,
        )
        self._gauges = {name: Gauge(f"homing_{name}", text, registry=made) for name, text in _GAUGES.items()}

    def request(self, path: str, status: int) -> None:
        """A request was answered."""
        self._requests.labels(path, str(status)).inc()

    def messages(self, source: str, results: Mapping[str, int]) -> None:
        """Messages of a source were taken, by what became of them."""
        for result, count in results.items():
            self._messages.labels(source, result).inc(count)

    def passed_over(self, source: str, count: int) -> None:
        """Messages said nothing that is used here."""
        if count:
            self._messages.labels(source, "passed_over").inc(count)

    def refused(self, channel: str, because: str) -> None:
        """Somebody who is no gateway, or at the wrong time, pushed something."""
        self._refused.labels(channel, because).inc()

    def reports(self, channel: str, found: Counts[str]) -> None:
        """What a gateway pushed was taken."""
        for what, count in found.items():
            self._reports.labels(channel, what).inc(count)

    def written(self, status: Status | None) -> bytes:
        """All of it, as Prometheus reads it."""
        for name, value in _values(status).items():
            self._gauges[name].set(value)
        return generate_latest(self.registry)


_GAUGES = {
    "healthy": "1 when `homing status` finds nothing wrong.",
    "active": "Customers and records under way in journeys.",
    "messages_waiting": "Messages that a policy holds.",
    "messages_held": "Messages that a person must look at.",
    "messages_unknown": "Messages that a gateway may or may not have taken.",
    "tasks_open": "Tasks that nobody has finished.",
    "tasks_overdue": "Tasks that nobody has finished in time.",
}


def _values(status: Status | None) -> Mapping[str, float]:
    if status is None:
        return {"healthy": 0.0}
    return {
        "healthy": float(status.healthy),
        "active": float(sum(sum(states.values()) for states in status.active.values())),
        "messages_waiting": float(status.waiting),
        "messages_held": float(status.held),
        "messages_unknown": float(status.unknown),
        "tasks_open": float(status.tasks_open),
        "tasks_overdue": float(status.tasks_overdue),
    }
