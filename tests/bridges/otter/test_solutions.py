"""otter's markers → regions of ours."""

from __future__ import annotations

import pytest

from autograder.bridges.otter.solutions import answer_of


@pytest.mark.parametrize(
    ("otter", "ours"),
    [
        ("x = 3 # SOLUTION", "# BEGIN SOLUTION\nx = 3\n# END SOLUTION"),
        (
            "def f(x):\n    y = x * x # SOLUTION NO PROMPT\n\n    return y # SOLUTION",
            "def f(x):\n    # BEGIN SOLUTION\n    y = x * x\n\n    return y\n    # END SOLUTION",
        ),
        (
            "def f(x):\n    # BEGIN SOLUTION NO PROMPT\n    return x\n    # END SOLUTION",
            "def f(x):\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION",
        ),
        ("a = 1\nb = g( # SOLUTION\n    a)\nc = 2", "a = 1\n# BEGIN SOLUTION\nb = g(\n    a)\n# END SOLUTION\nc = 2"),
        (
            "for i in range(3): # SOLUTION\n    print(i)",
            "# BEGIN SOLUTION\nfor i in range(3):\n    print(i)\n# END SOLUTION",
        ),
        ("x = 3  # the SOLUTION is near", "x = 3  # the SOLUTION is near"),
    ],
    ids=["line", "neighbours", "block", "whole statement", "header", "prose"],
)
def test_a_cell(otter: str, ours: str) -> None:
    answer = answer_of(otter)
    assert answer.source == ours
    assert answer.answered == ("# BEGIN SOLUTION" in ours)
    assert answer.losses == ()


def test_a_prompt_becomes_comments_and_is_told() -> None:
    source = '# BEGIN SOLUTION NO PROMPT\nx = 1\n# END SOLUTION\n""" # BEGIN PROMPT\nx = ...\n"""; # END PROMPT'
    answer = answer_of(source)
    assert answer.source == "# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n# x = ..."
    assert answer.losses[0][0].startswith("line 4: a prompt of its own")


def test_seeds_plugins_and_ignored_lines_are_told() -> None:
    answer = answer_of("rng = 1 # SEED\n# BEGIN PLUGIN\nx = 2\n# END PLUGIN\ny = 1 # IGNORE")
    assert answer.source == "x = 2"
    assert [fact.split(":")[0] for fact, _ in answer.losses] == ["line 1", "line 2", "line 4", "line 5"]


@pytest.mark.parametrize(
    "source", ["# BEGIN SOLUTION\nx = 1", "x = 1\n# END SOLUTION", "# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION"]
)
def test_markers_without_a_partner_are_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"never closed|no partner"):
        answer_of(source)
