"""`gradus check` where it cannot work: exit code 2, the fact, and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.cli import run
from tests.student.conftest import Desk


def said(desk: Desk, *arguments: str) -> str:
    code, out, err = desk.check(*arguments)
    assert (code, out) == (2, "")
    return err


def test_not_an_assignments_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["check"]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path} is not an assignment's folder: it holds no assignment.json. Change into the folder you were given "
        "(it holds a notebook and tests/), or name it: gradus check --folder DIR.\n"
    )


def test_unknown_questions(desk: Desk) -> None:
    assert said(desk, "affin") == 'There is no question "affin" in scale. Did you mean "affine"?\n'
    assert said(desk, "xyz") == 'There is no question "xyz" in scale. Its questions are standardise, affine, why.\n'


def test_damaged_description(desk: Desk) -> None:
    for text in ("{", "[]", '{"slug": "scale"}'):
        (desk.folder / "assignment.json").write_text(text)
        assert said(desk) == (
            f"{desk.folder / 'assignment.json'} is damaged. Copy it from the folder you were given.\n"
        )


def test_no_notebook(desk: Desk) -> None:
    desk.notebook.rename(desk.folder / "scale (1).ipynb")
    assert said(desk) == (
        f"scale.ipynb is missing from {desk.folder}. If scale (1).ipynb is yours, rename it to scale.ipynb.\n"
    )
    (desk.folder / "scale (1).ipynb").unlink()
    assert said(desk) == f"scale.ipynb is missing from {desk.folder}. Put your notebook there under that name.\n"


def test_not_a_notebook(desk: Desk) -> None:
    text = desk.notebook.read_text()
    desk.notebook.write_text("print('hello')")
    assert said(desk) == (
        "scale.ipynb, line 1: this is not a notebook: the text is not JSON. "
        "Open it in Jupyter, save it, and use that file.\n"
    )
    desk.notebook.write_text(text[: len(text) // 2])
    assert "scale.ipynb" in said(desk)
    desk.notebook.write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}')
    assert said(desk) == (
        "scale.ipynb holds none of the cells of this assignment. "
        "Work in the scale.ipynb you were given: it knows its answer cells by their metadata.\n"
    )


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root reads everything")
def test_a_notebook_that_may_not_be_read(desk: Desk) -> None:
    desk.notebook.chmod(0)
    assert said(desk) == f"{desk.notebook} cannot be opened: Permission denied.\n"


def test_missing_or_broken_public_tests(light: Desk) -> None:
    (light.folder / "tests" / "test_affine.py").write_text("import nothing_like_that\n")
    assert said(light) == (
        "tests/test_affine.py cannot be read: ModuleNotFoundError: No module named 'nothing_like_that'. "
        "Copy it from the folder you were given.\n"
    )
    (light.folder / "tests" / "test_affine.py").unlink()
    assert said(light) == (
        f"tests/test_affine.py is missing from {light.folder}. Copy it from the folder you were given.\n"
    )


def test_a_question_without_public_tests_needs_no_process(desk: Desk) -> None:
    assert desk.check("why")[:2] == (0, "why: a written answer, read after you submit\n")
