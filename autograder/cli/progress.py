"""The bar of a command that takes long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(description: str, total: int) -> Iterator[Callable[[], None]]:
    """Gives a function to call when one of `total` is done. On stderr, while there is a person to see it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(description, total=total)
        yield lambda: progress.advance(bar)


@contextmanager
def class_progress(description: str, total: int) -> Iterator[Callable[[int, int, int], None]]:
    """Gives a function to call with how many of `total` are done, failing, and the grader's fault: a bar with rate and time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(description, total=total, told="")

        def tell(done: int, failing: int, troubles: int) -> None:
            elapsed = progress.tasks[bar].elapsed or 0.0
            progress.update(bar, completed=done, told=told(done, failing, troubles, elapsed))

        yield tell


def told(done: int, failing: int, troubles: int, seconds: float) -> str:
    """What stands beside the bar of a class after `seconds`."""
    rate = f"{60 * done / seconds:.0f} a minute" if seconds >= 1 else ""
    parts = (f"{failing} failing", f"{troubles} the grader's fault" if troubles else "", rate)
    return " · ".join(part for part in parts if part)
