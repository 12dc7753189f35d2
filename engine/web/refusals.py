"""Requests that are refused: why, as who wrote the client wants to read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class RefusalError(Exception):
    """A request is refused. `code`: one word for programs; `message`: a sentence; `headers` of the answer."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, object]:
        """The body of the answer."""
        return {"success": False, "code": self.code, "message": self.message}
