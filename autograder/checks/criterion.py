"""Which criterion a hidden test decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])
ATTRIBUTE = "__criterion__"


def criterion(criterion_id: str) -> Callable[[Test], Test]:
    """Mark a test function with the criterion of the rubric that it decides: `@criterion("cell.values")`."""

    def mark(test: Test) -> Test:
        setattr(test, ATTRIBUTE, criterion_id)
        return test

    return mark
