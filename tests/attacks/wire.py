"""Listens to what submissions say: every frame and every printed byte, searched for secrets."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from autograder.sandbox import output, protocol
from tests.attacks.course import Secrets

ACHIEVED = b"GAINED "
"""An attack prints this, and what, when it could do what it tried."""


class Wire:
    """While it is entered, everything that comes from children is heard."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._heard: list[str] = []
        self._drains: list[output.OutputDrain] = []

    def __enter__(self) -> Wire:
        self._receive, self._drain = protocol.receive, output.OutputDrain.__init__

        def receive(*args: Any, **kwargs: Any) -> Any:
            head, body = self._receive(*args, **kwargs)
            self._hear("a frame", repr(head).encode())
            self._hear("a frame", bytes(body))
            return head, body

        def drain(this: output.OutputDrain, *args: Any, **kwargs: Any) -> None:
            self._drain(this, *args, **kwargs)
            self._drains.append(this)

        setattr(protocol, "receive", receive)  # noqa: B010
        setattr(output.OutputDrain, "__init__", drain)  # noqa: B010
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        setattr(protocol, "receive", self._receive)  # noqa: B010
        setattr(output.OutputDrain, "__init__", self._drain)  # noqa: B010

    def _hear(self, where: str, data: bytes) -> None:
        self._heard += [f"{where} holds the secret of the {kind}" for kind in self._secrets.found_in(data)]

    def findings(self) -> list[str]:
        """Each secret that was said, and each success that was claimed, once."""
        for drain in self._drains:
            printed = bytes(drain.kept)
            self._hear("the output", printed)
            lines = [line for line in printed.splitlines() if line.startswith(ACHIEVED)]
            self._heard += [f"it {line[len(ACHIEVED) :].decode(errors='replace')[:120]}" for line in lines]
        return list(dict.fromkeys(self._heard))
