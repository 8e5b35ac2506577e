"""The interface of every sandbox backend, and the choice among them."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from autograder.course.models import Limits
from autograder.sandbox.faults import GraderFault

if TYPE_CHECKING:
    from autograder.sandbox.child import Child

BACKENDS = ("docker", "bubblewrap", "uid", "process")
"""Strongest first. Each is a module of this package, with `obstacle` and `open_here`."""
TRUST = "--i-trust-this-code"


class Sandbox(Protocol):
    """The place of one submission."""

    def fork(self) -> Child:
        """A fresh child, which has greeted and done nothing else. Raises GraderFault."""
        ...

    def close(self) -> None:
        """Leave nothing of it behind; idempotent."""
        ...


class Backend(Protocol):
    """Gives every submission a sandbox of its own."""

    name: str
    """Stands in every result."""

    def open(self, limits: Limits) -> Sandbox:
        """Raises GraderFault."""
        ...

    def close(self) -> None:
        """End everything this backend started."""
        ...


class Kind(Protocol):
    """What the module of a backend offers."""

    def obstacle(self, *, private: Sequence[Path], gpu: bool) -> str | None:
        """Why this backend cannot be used here, with the next step; None when it works."""
        ...

    def open_here(self, *, private: Sequence[Path], gpu: bool) -> Backend:
        """Start it. Returns at once and imports no torch on this side, so that both sides can import it together."""
        ...


class Refused(GraderFault):
    """No backend may be used for what is asked."""


def kind_of(name: str) -> Kind:
    """The module of the backend `name`."""
    module: Kind = importlib.import_module(f"autograder.sandbox.backends.{name}")
    return module


def open_backend(
    name: str = "auto", *, trusted: bool = False, gpu: bool = False, private: Sequence[Path] = ()
) -> Backend:
    """The backend that `choose` names, started."""
    chosen = choose(name, trusted=trusted, gpu=gpu, private=private)
    return kind_of(chosen).open_here(private=private, gpu=gpu)


def choose(name: str = "auto", *, trusted: bool = False, gpu: bool = False, private: Sequence[Path] = ()) -> str:
    """The name of the backend to use; for `auto` the strongest that works here. Nothing falls back silently.

    `private` are folders that student code must not be able to read. `process` locks nothing in, so it runs code that
    is `trusted` only. Raises Refused, with every reason, when there is none.
    """
    if name != "auto" and name not in BACKENDS:
        raise Refused(f"There is no sandbox {name!r}. There are: auto, {', '.join(BACKENDS)}.")
    reasons = {}
    for candidate in BACKENDS if name == "auto" else (name,):
        reason = _untrusted(candidate, trusted) or kind_of(candidate).obstacle(private=private, gpu=gpu)
        if reason is None:
            return candidate
        reasons[candidate] = reason
    if name != "auto":
        raise Refused(f"The sandbox {name} cannot be used here: {reasons[name]}")
    told = "\n".join(f"  {candidate}: {reason}" for candidate, reason in reasons.items())
    raise Refused(f"No sandbox that locks student code in works here.\n{told}")


def _untrusted(name: str, trusted: bool) -> str | None:
    if name != "process" or trusted:
        return None
    return (
        "it does not lock code in: a submission can read the hidden tests and write its own result. "
        f"For code that you trust, such as your own, add {TRUST}."
    )
