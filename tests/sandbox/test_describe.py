"""How a child tells an exception: type names are Python's own, places are those of cells, and nothing rigged breaks it."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from autograder.child.interpreter import Interpreter, Missing
from autograder.child.serve import describe
from autograder.sandbox.answer import BUILTIN_ERRORS, ChildError, read_answer
from autograder.sandbox.protocol import Body, ProtocolError

LABELS = {"<cell 4>"}


class _Liar(type):
    """A metaclass that says whatever it likes."""

    @property
    def __name__(cls) -> Any:
        return "ValueError"

    def __eq__(cls, other: object) -> bool:
        return True

    def __hash__(cls) -> int:
        return hash(ValueError)


class _Lying(Exception, metaclass=_Liar):
    pass


class _Mute(ValueError):
    def __str__(self) -> str:
        raise SystemExit


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ValueError("x"), "ValueError"),
        (type("Secret", (Exception,), {})(), "Exception"),
        (type("Secret", (KeyError,), {})(), "KeyError"),
        (type("ValueError", (Exception,), {})(), "Exception"),
        (type("Secret", (BaseException,), {})(), "BaseException"),
        (_Mute(), "ValueError"),
        (Missing("x"), "Exception"),
        (OSError(2, "x"), "FileNotFoundError"),
        (ExceptionGroup("x", [ValueError()]), "ExceptionGroup"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__qualname__,
)
def test_a_type_is_one_of_pythons(error: BaseException, kind: str) -> None:
    assert describe(error, LABELS)["type"] == kind


def test_a_type_added_to_builtins_is_not_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = type("S123", (Exception,), {})
    monkeypatch.setattr(builtins, "S123", secret, raising=False)
    assert describe(secret(), LABELS)["type"] == "Exception"


def test_a_rigged_class_says_nothing_but_names_of_python() -> None:
    assert describe(_Lying(), LABELS)["type"] in BUILTIN_ERRORS


def told_to_the_parent(error: Any) -> ChildError:
    answer = read_answer({"seq": 3, "error": error}, Body(), 3, frozenset())
    assert answer.error is not None
    return answer.error


def test_the_parent_believes_no_other_name_either() -> None:
    told = {"type": "S123", "missing": None, "label": "cell 4", "line": 3, "text": "a\ud800"}
    error = told_to_the_parent(told)
    assert (error.type, error.line, error.text) == ("Exception", 3, "a?")
    assert told_to_the_parent(told | {"line": True}).line is None
    assert len(told_to_the_parent(told | {"text": "x" * 60_000}).text) == 2000
    for wrong in ({"type": 1}, {"label": []}, {"text": {}}, {"missing": 0}):
        with pytest.raises(ProtocolError, match="an error with fields of the wrong type"):
            told_to_the_parent(told | wrong)
    with pytest.raises(ProtocolError, match="an error that is not an object"):
        told_to_the_parent([])


def raised_by(source: str) -> BaseException:
    interpreter = Interpreter("describe_test")
    with pytest.raises(BaseException) as caught:  # noqa: PT011 — whatever it is
        interpreter.request("load", {"label": "cell 4", "source": source.encode()})
    assert interpreter.labels == LABELS
    return caught.value


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("x = 1\nraise ValueError", ("cell 4", 2)),
        ("def f():\n    raise ValueError\n\nf()", ("cell 4", 2)),
        ("import json\njson.loads('{')", ("cell 4", 2)),
        ("exec('raise ValueError')", ("cell 4", 1)),
        ("exec(compile('raise ValueError', '<S123>', 'exec'))", ("cell 4", 1)),
        ("x = (", ("cell 4", 1)),
        ("raise SyntaxError('', (['<cell 4>'], 3, 0, ''))", ("cell 4", 1)),
        ("raise SyntaxError('', ('S123', 3, 0, ''))", ("cell 4", 1)),
    ],
)
def test_a_place_is_one_of_a_cell(source: str, place: tuple[str, int]) -> None:
    told = describe(raised_by(source), LABELS)
    assert (told["label"], told["line"]) == place


def test_text_is_short() -> None:
    assert len(describe(ValueError("x" * 10**6), LABELS)["text"]) == 2000
    assert describe(_Mute(), LABELS)["text"] == ""
