"""The documents are true: what they name exists, and what exists is named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import autograder
from autograder import checks
from autograder.checks import tolerance
from autograder.cli import COMMANDS
from tests.docs.pages import PAGES, ROOT, calls, command_of, dead_links, options_of, wrong_calls

GUIDES = [page for page in PAGES if page.name != "design.md"]
"""The design also speaks of what is to come."""
WRITING = (ROOT / "docs" / "writing-tests.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_commands_and_options_in_the_docs_exist(page: Path) -> None:
    assert wrong_calls(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert dead_links(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    pages = [page.read_text(encoding="utf-8") for page in GUIDES]
    assert any(command_of(call)[0] == name for text in pages for call in calls(text)), f"gradus {name} is shown nowhere"
    text = "\n".join(page for page in pages if f"gradus {name}" in page)
    long = {option for option in options_of(name) if option.startswith("--")} - {"--help"}
    assert {option for option in long if f"{option}" not in text} == set()


def test_every_check_is_documented() -> None:
    assert [name for name in checks.__all__ if f"`{name}" not in WRITING] == []


def test_documented_checks_exist() -> None:
    rows = re.findall(r"^\| `(\w+)\(", WRITING, re.MULTILINE)
    assert rows
    assert [name for name in rows if name not in checks.__all__] == []


def test_the_tolerance_rule_has_the_constants_of_the_code() -> None:
    assert f"| float32 | {tolerance.FACTOR:g} · *e* |" in WRITING
    assert f"| float64 | *e* / {tolerance.SHARPER:g} |" in WRITING
    assert f"one plain run and {tolerance.PERTURBED_RUNS} whose inputs are moved" in WRITING


def test_the_version_stands_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == autograder.__version__


# --- each rule can fail


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("```\ngradus grad lstm\n```", ["gradus grad lstm"]),
        ("Run `gradus release lstm --dry-run`.", ["gradus release lstm --dry-run"]),
        ("```\n  ├── gradus verify lstm --fast ──► done\n```", ["gradus verify lstm --fast"]),
        ("`gradus --curse DIR list`", ["gradus --curse DIR list"]),
        ("`gradus --course DIR list --json` and `gradus --help`, gradus nonsense in prose", []),
    ],
)
def test_a_wrong_call_is_found(text: str, wrong: list[str]) -> None:
    assert wrong_calls(text) == wrong


def test_a_dead_link_is_found() -> None:
    text = "[a](nowhere.md) [b](README.md#read-on) [c](https://example.org/x)"
    assert dead_links(ROOT / "README.md", text) == ["nowhere.md"]


def test_the_readme_counts_the_known_submissions() -> None:
    """How many there are of each assignment, and what part of the wrong ones the public tests catch."""
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d+) \| \[(\d+)%\]\((\S+)\) \|$", (ROOT / "README.md").read_text(), re.M)
    assert {row[0] for row in rows} == {path.parent.name for path in ROOT.glob("assignments/*/source.ipynb")}
    for slug, number, part, page in rows:
        assert int(number) == len(list((ROOT / "assignments" / slug / "submissions").glob("*/*.py")))
        assert f"({part}%) fail a public test" in (ROOT / page).read_text()
