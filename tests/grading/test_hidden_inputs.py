"""A submission sees the hidden inputs; nothing it does with them may stand in what its author reads.

Shapes, counts and places of errors are told on purpose. Text of the submission's own making never is.
"""

from __future__ import annotations

import re

import pytest

from .desk import Desk, messages, shown_to_students

SECRET = "def secret(x):\n    return 'S' + str(abs(int(x.flatten()[0] * 1e9))).zfill(12)\n\n\n"
FRAME = (
    "import json, os, struct, sys\n\n\n"
    "def send(reply):\n    caller = sys._getframe()\n    while type(caller.f_locals.get('head')) is not dict:\n"
    "        caller = caller.f_back\n    told = json.dumps({'seq': caller.f_locals['head']['seq'], **reply}).encode()\n"
    "    os.write(3, struct.pack('<IQ', len(told), 0) + told)\n\n\n"
)
WAYS = {
    "the text of an exception": "raise ValueError(secret(x))",
    "the name of an exception": "raise type(secret(x), (Exception,), {})()",
    "an exception that calls itself a builtin": (
        "import builtins; e = type(secret(x), (Exception,), {}); setattr(builtins, secret(x), e); raise e()"
    ),
    "notes and causes": "e = ValueError(); e.add_note(secret(x)); raise e from KeyError(secret(x))",
    "the name of a variable": "eval(secret(x))",
    "the name of a module": "__import__(secret(x))",
    "the name of an attribute": "getattr(x, secret(x))",
    "the label of a cell": "exec(compile('raise ValueError', '<' + secret(x) + '>', 'exec'))",
    "the line of an error": "raise SyntaxError('', ('<cell 4>', int(secret(x)[1:]), 0, ''))",
    "a line that is compiled": "exec(compile('\\n' * (int(secret(x)[1:]) % 10**6 + 99) + 'raise ValueError', '<cell 4>', 'exec'))",
    "the name of a type": "return type(secret(x), (), {})()",
    "the name of a type that is called": "return type(secret(x), (nn.Module,), {})()",
    "a string": "return secret(x)",
    "keys of a dict": "return {secret(x): x, int(secret(x)[1:]): x}",
    "a missing name of the protocol's own": (
        "from autograder.child.interpreter import Missing; raise Missing(secret(x))"
    ),
    "stdout and stderr": "import sys; print(secret(x)); print(secret(x), file=sys.stderr)",
    "a forged error": (
        "send({'error': {'type': secret(x), 'missing': secret(x), 'label': secret(x), 'line': 1, 'text': secret(x)}})"
    ),
    "a forged line": (
        "send({'error': {'type': 'ValueError', 'missing': None, 'label': 'cell 4', 'line': int(secret(x)[1:]), 'text': ''}})"
    ),
    "a forged reason": "send({'value': {'$': 'opaque', 'kind': secret(x)}})",
    "a forged reference": "send({'value': {'$': 'ref', 'handle': 1, 'path': secret(x), 'type': secret(x)}})",
    "a forged list of banned calls": "send({'value': None, 'banned': [secret(x)]})",
    "a patched description": (
        "import autograder.child.serve as s; s.describe = lambda *a: {'type': secret(x), 'missing': secret(x), "
        "'label': secret(x), 'line': 1, 'text': secret(x)}; raise ValueError"
    ),
    "patched words": ("import autograder.sandbox.protocol as p; p.ODDITIES['meta'] = secret(x); return x.to('meta')"),
}


@pytest.mark.parametrize("line", WAYS.values(), ids=WAYS)
def test_nothing_of_a_hidden_input_is_shown(desk: Desk, line: str) -> None:
    result = desk.standardise(f"{SECRET}{FRAME}def standardise(x):\n    {line}\n")
    assert result.status == "graded"
    assert result.score == 40
    assert not re.search(r"S\d{12}", shown_to_students(result))
    assert not re.search(r"\d{6}", re.sub(r'"(sha256|submission)": .*?[,}]', "", "".join(messages(result).values())))


def test_the_guard_can_fail(desk: Desk) -> None:
    """What staff see does hold the text: the search above would find it."""
    result = desk.standardise(f"{SECRET}def standardise(x):\n    raise ValueError(secret(x))\n")
    assert re.search(r"S\d{12}", result.model_dump_json())


def test_names_that_stand_in_the_submission_are_told(desk: Desk) -> None:
    """`Affine.forward` helps; a name that was made at run time is left out."""
    from .desk import notebook

    own = (
        "class {}(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n"
        "        self.weight = nn.Parameter(torch.ones(d))\n        self.bias = nn.Parameter(torch.zeros(d))\n\n"
        "    def forward(self, x):\n        raise ValueError\n"
    )
    told = desk.grade(notebook(affine=own.format("Affine")))
    assert messages(told)["affine.values"] == "`Affine` raises a ValueError (cell 6, line 8)."
    made = own.format("Affine") + "\nAffine.__name__ = 'Affine' + str(8**9)\n"
    assert (
        messages(desk.grade(notebook(affine=made)))["affine.values"]
        == "The submission raises a ValueError (cell 6, line 8)."
    )


SIZES = "digits = [int(d) for d in secret(x)[1:]]"
DESCRIBED = {
    "sizes of a tensor without elements": (
        f"{SIZES}; return x.new_zeros(0, 5_000_000 + int(secret(x)[1:9]) % 10**6)",
        "The result has a shape of more than 4 million elements, where",
    ),
    "many axes": (
        f"{SIZES}; return x.new_zeros([d + 1 for d in digits[:7]])",
        "The result has a shape of 7 axes, where",
    ),
    "many tensors": (
        f"{SIZES}; return [x.new_zeros(0, d) for d in digits]",
        "The result is a list of 12 values, where",
    ),
    "lists in lists": (
        f"{SIZES}; return [[[None] * (d % 7)] for d in digits[:6]]",
        "The result is a list of 6 values, where",
    ),
    "empty lists in lists": (
        f"{SIZES}\n    y = []\n    for d in digits: y = [y, []] if d % 2 else [[], y]\n    return y",
        "The result is a list of 2 values, where",
    ),
    "an array of NumPy's": (
        f"import numpy; {SIZES}; return numpy.zeros([d + 1 for d in digits[:7]])",
        "The result is a NumPy array of 7 axes, where",
    ),
}


@pytest.mark.parametrize(("line", "told"), DESCRIBED.values(), ids=DESCRIBED)
def test_a_structure_is_no_letter(desk: Desk, line: str, told: str) -> None:
    """A few sizes are told, for they help; structures that are free to choose could spell out an input."""
    result = desk.standardise(f"{SECRET}def standardise(x):\n    {line}\n")
    assert messages(result)["standardise.values"].startswith(told)


def test_a_missing_name_is_told_from_its_own_line_only(desk: Desk) -> None:
    """One word out of a list in the source says as many bits as there are words; beside its line it says none."""
    words = "[" + ", ".join(f"'w{number}'" for number in range(64)) + "]"
    source = f"def standardise(x):\n    words = {words}\n    return eval(words[int(abs(x.sum()) * 1e6) % 64])\n"
    assert (
        messages(desk.standardise(source))["standardise.values"] == "`standardise` raises a NameError (cell 4, line 3)."
    )


def test_a_message_ends(desk: Desk) -> None:
    from autograder.grading.plugin import _sentence

    assert _sentence("x" * 10_000) == "X" + "x" * 799 + "…"
    assert _sentence("the result.") == "The result."
