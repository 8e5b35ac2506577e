"""The gallery shows what is still there: the same misconceptions, and the hints that stand with them."""

from __future__ import annotations

import runpy
from itertools import groupby

import pytest

from autograder.course.known import KnownSubmission, read_known
from autograder.course.loading import load_assignment
from tests.docs.pages import ROOT

MAKE = runpy.run_path(str(ROOT / "ci" / "make_gallery.py"))
PAGE = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
SLUGS = [slug for slug, _ in groupby(sorted(example[0] for example in MAKE["EXAMPLES"]))]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_example_stands_there_with_the_hint_that_students_get(slug: str) -> None:
    known = {one.id: one for one in read_known(load_assignment(ROOT, slug))}
    for _, submission, criterion in (example for example in MAKE["EXAMPLES"] if example[0] == slug):
        assert criterion in known[submission].loses
        assert shown(known[submission], PAGE), f"{submission}: run python ci/make_gallery.py"


def test_an_example_without_its_hint_is_missed() -> None:
    known = KnownSubmission("mistakes", "late", "It is late.", "", hint="What time is it?")
    assert shown(known, "### It is late.\n\n> **Not right** · On time\n>\n> *Ask yourself:* What time is it?\n")
    assert not shown(known, "### It is late.\n\n> **Not right** · On time\n")
    assert not shown(known, "### It is early.\n\n> *Ask yourself:* What time is it?\n")


def shown(known: KnownSubmission, page: str) -> bool:
    """Whether a page has the submission, and quotes its hint; what costs or is forbidden is told by other words."""
    _, there, rest = page.partition(f"### {known.title}\n")
    quoted = rest.partition("\n#")[0]
    by_numbers = known.kind in ("mistakes", "unstable") and "> **Not allowed**" not in quoted
    costs = "operations grows" in quoted or "cost of a symbol" in quoted
    return bool(there) and (costs or not by_numbers or known.hint in quoted)
