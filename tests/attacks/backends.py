"""Which backends can be used here, and why the others cannot."""

from __future__ import annotations

import importlib

NAMES = ("docker", "bubblewrap", "uid", "process")


def obstacle(name: str) -> str | None:
    """Why the backend `name` cannot be used here, in a sentence; None when it can."""
    try:
        kind = importlib.import_module(f"autograder.sandbox.backends.{name}")
    except ModuleNotFoundError:
        return f"there is no backend {name} yet"
    found: str | None = kind.obstacle(private=(), gpu=False)
    return found
