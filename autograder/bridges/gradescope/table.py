"""A results.json for people at a terminal."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_STATUS = {"passed": "green", "failed": "red", None: "yellow"}


def print_results(console: Console, sent: dict[str, Any]) -> None:
    """Every entry with its points and what it says, then the total, then what is said of the whole."""
    table = Table(box=SIMPLE_HEAD)
    for name in ("", "Test", "Students see it"):
        table.add_column(name)
    table.add_column("Points", justify="right")
    for test in sent["tests"]:
        style = _STATUS[test.get("status")]
        first, *rest = test["output"].splitlines() or [""]
        said = Text.assemble((test["name"], "bold"), "\n", (first, style), *(f"\n{line}" for line in rest))
        points = Text(f"{test['score']:g} of {test['max_score']:g}", style)
        table.add_row(test["number"], said, test["visibility"].replace("_", " "), points)
    console.print(table)
    console.print(Text(sent["output"]))
    for entry in sent.get("leaderboard", ()):
        console.print(Text(f"Leaderboard: {entry['name']} {entry['value']:g}"))
    console.print(Text(f"Score: {sent['score']:g} of {sum(test['max_score'] for test in sent['tests']):g}", "bold"))
