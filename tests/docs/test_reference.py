"""The reference is what ci/make_reference.py makes now."""

from __future__ import annotations

import runpy

import click
from pydantic import BaseModel

from autograder.course.verdict import SEVERITY
from tests.docs.pages import ROOT, dead_links

MAKE = runpy.run_path(str(ROOT / "ci" / "make_reference.py"))
FOLDER = ROOT / "docs" / "reference"


def test_the_reference_is_up_to_date() -> None:
    found = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()}
    assert found == MAKE["pages"](), "run: python ci/make_reference.py"


def test_links_of_the_reference_lead_somewhere() -> None:
    for page in FOLDER.glob("*.md"):
        assert dead_links(page, page.read_text(encoding="utf-8")) == []


def test_a_field_is_told_with_its_type_its_default_and_what_stands_below_it() -> None:
    row = next(line for line in MAKE["pages"]()["assignment.md"].splitlines() if line.startswith("| `arrays`"))
    assert row.startswith('| `arrays` | `torch`, `numpy` | `"torch"` | What a tensor of a test arrives as')


def test_a_docstring_below_another_statement_is_nobodys() -> None:
    assert MAKE["below_fields"](Sample) == {"size": "How large."}


class Sample(BaseModel):
    """A model of a file."""

    size: int
    """How large."""
    name: str


def test_options_stand_in_a_table_and_a_bar_does_not_break_it() -> None:
    command = click.Command("grow", params=[click.Option(["--by"], metavar="A|B", help="How\nmuch.")])
    shown = MAKE["table"](command, click.Context(command))
    assert shown.splitlines()[-1] == "| `--by A\\|B` | How much. |"


def test_the_order_of_verdicts_is_the_one_that_decides() -> None:
    text = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    assert f"in the order {', '.join(SEVERITY)}." in " ".join(text.split())
