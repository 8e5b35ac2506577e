"""The bundled examples are what ci/make_examples.py makes now."""

from __future__ import annotations

import runpy

import pytest

from tests.docs.pages import ROOT

MAKE = runpy.run_path(str(ROOT / "ci" / "make_examples.py"))


@pytest.mark.parametrize("student", MAKE["EXAMPLES"])
def test_examples_are_up_to_date(student: str) -> None:
    made = MAKE["notebook_of"](MAKE["EXAMPLES"][student])
    found = (ROOT / "examples" / "submissions" / student / "lstm.ipynb").read_bytes()
    assert found == made, "run: python ci/make_examples.py"


@pytest.mark.parametrize("sid", MAKE["FIRST_CLASS"])
def test_the_first_class_is_up_to_date(sid: str) -> None:
    found = (MAKE["STARTING"] / "handed-in" / sid / "softmax.ipynb").read_bytes()
    assert found == MAKE["handed_in"](sid), "run: python ci/make_examples.py"


def test_an_example_holds_the_submission_it_is_made_from() -> None:
    ben = MAKE["notebook_of"](MAKE["EXAMPLES"]["ben"]).decode()
    assert "torch.sigmoid(f) * h + torch.sigmoid(i)" in ben
    assert "raise NotImplementedError" not in ben
    assert "BEGIN SOLUTION" not in ben
