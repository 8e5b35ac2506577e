"""Weights that were handed in: what is read, what is refused, and in which words."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from autograder.checks import artifact, data
from autograder.checks.outcome import Decided
from autograder.course.verdict import Verdict

NAME = "model.safetensors"
UNREADABLE = f"{NAME} cannot be read as a safetensors file. Save it with the given save_weights()."


@pytest.fixture
def handed_in(running, tmp_path: Path):
    """handed_in(bytes or tensors): the running test's submission comes with this file."""

    def hand_in(content, metadata: dict[str, str] | None = None, limit: int = 1) -> Path:
        path = tmp_path / NAME
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            save_file(content, path, metadata)
        context = running()
        context.artifacts[NAME] = path
        context.artifact_limits[NAME] = limit
        return path

    return hand_in


def told() -> Decided:
    with pytest.raises(Decided) as caught:
        artifact(NAME)
    return caught.value


def test_tensors_and_metadata(handed_in):
    given = {"w": torch.randn(3, 4), "steps": torch.tensor([7]), "b": torch.zeros(2, dtype=torch.bfloat16)}
    handed_in(given, {"hidden": "64"})
    tensors, metadata = artifact(NAME)
    assert metadata == {"hidden": "64"}
    assert set(tensors) == set(given)
    assert all(torch.equal(tensors[key], given[key]) and tensors[key].dtype == given[key].dtype for key in given)


def test_a_file_without_metadata(handed_in):
    handed_in({"w": torch.ones(1)})
    assert artifact(NAME)[1] == {}


def test_nothing_was_handed_in(running):
    running()
    found = told()
    assert (found.verdict, found.message) == (
        Verdict.NOT_ATTEMPTED,
        f"No file {NAME} was handed in. Put it next to the notebook in the folder or zip you submit.",
    )


def test_too_large_is_not_opened(handed_in):
    path = handed_in(b"")
    with path.open("wb") as file:
        file.truncate(5 * 2**20)
    found = told()
    assert (found.verdict, found.message) == (Verdict.FAIL, f"{NAME} is 5 MB; the most that is read is 1 MB.")


def header(entries: dict, body: bytes = b"") -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not tensors",
        b"\x80\x04\x95.",  # a pickle
        b"PK\x03\x04" + b"\0" * 100,  # torch.save
        struct.pack("<Q", 2**62) + b"{}",
        struct.pack("<Q", 100) + b"{}",
        header({"w": {"dtype": "F32", "shape": [1000], "data_offsets": [0, 4000]}}, b"\0" * 8),
        header({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, b"\0" * 4),
        header({"w": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}, b"\0" * 4),
        header({"w": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"\0" * 4),
        b"\xff" * 64,
    ],
)
def test_a_file_that_is_no_safetensors(handed_in, content):
    handed_in(content)
    found = told()
    assert (found.verdict, found.message) == (Verdict.FAIL, UNREADABLE)
    assert found.detail


def test_tensors_without_end(handed_in):
    """Each takes memory on our side, also without a byte of its own."""
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    handed_in(header({f"w{number}": empty for number in range(10_001)}))
    assert told().message == f"{NAME} holds 10001 tensors; the most that are read is 10000."


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_not_numbers(handed_in, value):
    handed_in({"a": torch.ones(2), "b": torch.tensor([1.0, value]), "c": torch.tensor([1])})
    found = told()
    assert (found.verdict, found.message) == (
        Verdict.FAIL,
        f"{NAME} holds NaN or infinite weights in 1 of 3 tensors.",
    )
    assert found.hint == "At which step of your training does the loss stop being a number?"


def test_no_sentence_holds_a_value_or_a_path(handed_in, tmp_path):
    for content in (b"nonsense", {"w": torch.tensor([1234.5, float("nan")])}):
        handed_in(content)
        found = told()
        assert str(tmp_path) not in found.message + found.hint
        assert "1234" not in found.message


# --- the grader's own files


def test_data_of_the_hidden_tests(running, tmp_path):
    running().data_folder = tmp_path
    (tmp_path / "heldout.txt").write_text("text")
    assert data("heldout.txt") == tmp_path / "heldout.txt"
    with pytest.raises(FileNotFoundError, match=r"^hidden test data other\.txt is missing$"):
        data("other.txt")
