"""Answers that are wrong, odd or hostile, through a real child: the verdict, the exact sentence, and nobody else hurt.

Every answer stands in cell 4, `standardise`; `Affine` in cell 6 is right and has to stay so, except where that is the point.
"""

from __future__ import annotations

import pytest

from .desk import CORRECT, Desk, messages, verdicts

Y = (
    "def standardise(x):\n"
    "    c = x - x.mean(-1, keepdim=True)\n"
    "    y = c / ((c * c).mean(-1, keepdim=True) + EPS).sqrt()\n"
)
SHAPES = {"standardise.values": (5, 18), "standardise.stable": (5, 33)}
AFFINE = {"affine.values": "PASS", "affine.gradients": "PASS"}
STOPPED_TWICE = (
    "Not run: your code for `standardise` was stopped 2 times in earlier tests. Correct what is said there first."
)

RETURNS = {
    "nothing": ("pass", "None"),
    "a list": ("return [1.0, 2.0]", "[a number, a number]"),
    "a long list": ("return [0.5] * 100", "a list of 100 values"),
    "a nested list": ("return [[1.0] * 9] * 2", "a list of 2 values"),
    "a NumPy array": ("return y.numpy()[:2, :3]", "a NumPy array (2, 3)"),
    "a string": ("return 'ok'", "a string"),
    "half a surrogate pair": ("return '\\ud800'", "a string"),
    "a number": ("return 1.5", "a number"),
    "a boolean": ("return True", "a boolean"),
    "a huge integer": ("return 10**400", "an integer of more than 64 bits"),
    "a subclass of Tensor": ("return y.as_subclass(type('S', (torch.Tensor,), {}))", "a subclass of Tensor"),
    "an object that says it is a Tensor": (
        "return type('F', (), {'__class__': torch.Tensor})()",
        "a subclass of Tensor",
    ),
    "an object that equals everything": ("return type('E', (), {'__eq__': lambda s, o: True})()", "an object"),
    "a module": ("return nn.Linear(2, 2)", "an object"),
    "a function": ("return lambda: y", "a function"),
    "a generator": ("yield from y", "a generator"),
    "a meta tensor": ("return y.to('meta')", "a tensor on the meta device, which holds no data"),
    "a sparse tensor": ("return y.to_sparse()", "a sparse tensor"),
    "4 GB by a stride of 0": (
        "return y.new_zeros(1).expand(2**29)",
        "a tensor of more than the 255 MiB that are read",
    ),
    "nothing, hugely": (
        "return y.new_zeros(0, 1, 1).expand(0, 2**40, 2**20)",
        "a tensor of more than the 255 MiB that are read",
    ),
    "17 axes": ("return y.reshape([1] * 17 + [-1])", "a tensor with more than 16 axes"),
    "an object array": (
        "import numpy; return numpy.array([{}])",
        "a NumPy array that does not hold plain numbers",
    ),
    "a tuple of one": ("return (y[:1, :1],)", "(tensor (1, 1) float64,)"),
    "a dict": ("return {'y': None}", "{None}"),
    "a dict with tuples as keys": (
        "return {(1, 2): y}",
        "a dict with keys that are neither strings nor integers",
    ),
    "a deep list": (
        "for _ in range(40): y = [y]\n    return y",
        "a value nested deeper than 24 levels, or inside itself",
    ),
    "a list inside itself": (
        "z = []; z.append(z); return z",
        "a value nested deeper than 24 levels, or inside itself",
    ),
    "too many numbers": (
        "return [0.5] * 100_000",
        "more than can be read: too many values, or too large ones",
    ),
    "a long string": ("return 'x' * 2**20", "more than can be read: too many values, or too large ones"),
}


@pytest.mark.parametrize(("line", "what"), RETURNS.values(), ids=RETURNS)
def test_another_type_is_named(desk: Desk, line: str, what: str) -> None:
    result = desk.standardise(f"{Y}    {line}\n")
    assert verdicts(result) == dict.fromkeys(SHAPES, "FAIL") | AFFINE
    for criterion, shape in SHAPES.items():
        said = messages(result)[criterion]
        assert said == f"The result is {what}, where a tensor of shape {shape} is expected."


OFF = "outside the tolerance, the worst at"
TENSORS = {
    "another shape": ("return y.T", "The result has shape (18, 5), where (5, 18) is expected."),
    "a scalar that would broadcast": (
        "return y.mean()",
        "The result has shape (), where (5, 18) is expected.",
    ),
    "integers": ("return y.long()", "The result is int64, where float64 is expected."),
    "bfloat16": ("return y.bfloat16()", "The result is bfloat16, where float64 is expected."),
    "complex numbers": ("return y.cfloat()", "The result is complex64, where float64 is expected."),
    "float64 always": (
        "return y.double()",
        "Right in float64, but not in float32: the result is float64, where float32 is expected.",
    ),
    "NaN": ("y[1, 2] = float('nan')\n    return y", "The result is NaN in 1 of 90 values at [1, 2]."),
    "infinity": (
        "y[1, 2] = float('inf')\n    return y",
        "The result is infinite in 1 of 90 values at [1, 2].",
    ),
    "one wrong value": (
        "y[1, 2] += y.abs().max()\n    return y",
        "The result is off: shape (5, 18) and dtype are right; 1 of 90 values outside the tolerance, the worst at "
        "[1, 2] by about 10⁰ of the largest expected magnitude.",
    ),
}


@pytest.mark.parametrize(("line", "message"), TENSORS.values(), ids=TENSORS)
def test_a_wrong_tensor_is_told_by_shape_dtype_and_place(desk: Desk, line: str, message: str) -> None:
    result = desk.standardise(f"{Y}    {line}\n")
    assert verdicts(result) == dict.fromkeys(SHAPES, "FAIL") | AFFINE
    assert messages(result)["standardise.values"] == message


def test_a_detached_result_is_told_as_such(desk: Desk) -> None:
    source = (
        "class Affine(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n"
        "        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))\n\n"
        "    def forward(self, x):\n        return (x * self.weight + self.bias).detach()\n"
    )
    result = desk.standardise(CORRECT + "\n\n" + source.replace("class Affine", "class Unused"))
    assert result.score == 80
    from .desk import notebook

    result = desk.grade(notebook(affine=source))
    assert verdicts(result)["affine.values"] == "PASS"
    assert verdicts(result)["affine.gradients"] == "FAIL"
    assert messages(result)["affine.gradients"] == (
        "`outputs` does not require grad: the graph is cut on the way (detach, .data, .item(), no_grad)."
    )


def test_a_changed_input_costs_what_it_breaks(desk: Desk) -> None:
    result = desk.standardise(
        Y.replace("c = x - x.mean(-1, keepdim=True)", "x -= x.mean(-1, keepdim=True); c = x") + "    return y\n"
    )
    assert verdicts(result) == {"standardise.values": "FAIL", "standardise.stable": "PASS"} | AFFINE
    assert messages(result)["standardise.values"] == (
        "`standardise` changes its argument 0 in place: the caller's tensor is another one afterwards."
    )


def test_state_between_calls_does_not_help(desk: Desk) -> None:
    body = Y.replace("def standardise(x):\n", "calls = 0\n\n\ndef standardise(x):\n    global calls\n    calls += 1\n")
    result = desk.standardise(body + "    return y if calls == 1 else y + 1\n")
    assert verdicts(result) == {"standardise.values": "UNSTABLE", "standardise.stable": "FAIL"} | AFFINE
    assert messages(result)["standardise.values"].startswith("Right in float64, but not in float32: the result is off:")


NO_MEMORY = "asks for more memory than the 512 MB it may have"
PARAMETERS = (
    "`standardise` cannot be called as the assignment says. Compare its parameters with the notebook you were given."
)
NO_NAME = "There is no `standardise` in the submission. Define it under exactly this name."
FAULTS = {
    "syntax": (
        "def standardise(x):\n    return (x\n",
        "FAIL",
        "Cell 4, line 2: this is not valid Python (SyntaxError).",
    ),
    "indentation": ("def f(x):\nreturn x\n", "FAIL", "Cell 4, line 2: this is not valid Python (IndentationError)."),
    "tabs": ("def f(x):\n        a = 1\n\tb = 2\n", "FAIL", "Cell 4, line 3: this is not valid Python (TabError)."),
    "missing": ("def standardize(x):\n    return x\n", "NOT_ATTEMPTED", NO_NAME),
    "emptied": ("", "NOT_ATTEMPTED", NO_NAME),
    "stub": (
        "def standardise(x):\n    raise NotImplementedError\n",
        "NOT_ATTEMPTED",
        "`standardise` is not implemented yet.",
    ),
    "a parameter more": ("def standardise(x, eps):\n    return x\n", "FAIL", PARAMETERS),
    "a parameter less": ("def standardise():\n    return 1\n", "FAIL", PARAMETERS),
    "no function": ("standardise = 3\n", "FAIL", PARAMETERS),
    "TypeError inside": (
        "def standardise(x):\n    return x + 'a'\n",
        "FAIL",
        "`standardise` raises a TypeError (cell 4, line 2).",
    ),
    "NameError": (
        "def standardise(x):\n    return squeezed\n",
        "FAIL",
        "`standardise` raises a NameError: `squeezed` is not defined (cell 4, line 2).",
    ),
    "missing package": (
        "import tensorflowx\n\ndef standardise(x):\n    return x\n",
        "FAIL",
        "Cell 4, line 1: executing it raises a ModuleNotFoundError: there is no `tensorflowx` here.",
    ),
    "ValueError": (
        "def standardise(x):\n    raise ValueError(x)\n",
        "FAIL",
        "`standardise` raises a ValueError (cell 4, line 2).",
    ),
    "UnicodeError": (
        "def standardise(x):\n    return b'\\xff'.decode()\n",
        "FAIL",
        "`standardise` raises a UnicodeDecodeError (cell 4, line 2).",
    ),
    "half a surrogate pair": (
        "def standardise(x):\n    raise OSError('\\ud800')\n",
        "FAIL",
        "`standardise` raises an OSError (cell 4, line 2).",
    ),
    "its own exception": (
        "class Oops(Exception):\n    pass\n\ndef standardise(x):\n    raise Oops(x)\n",
        "FAIL",
        "`standardise` raises an exception (cell 4, line 5).",
    ),
    "a SyntaxError at run time": (
        "def standardise(x):\n    eval('1 +')\n",
        "FAIL",
        "`standardise` raises a SyntaxError (cell 4, line 2).",
    ),
    "SystemExit": (
        "def standardise(x):\n    raise SystemExit\n",
        "CRASH",
        "`standardise` raises SystemExit, which ends a program (cell 4, line 2).",
    ),
    "SystemExit at import": (
        "raise SystemExit\n",
        "CRASH",
        "Cell 4, line 1: executing it raises SystemExit, which ends a program.",
    ),
    "KeyboardInterrupt": (
        "def standardise(x):\n    raise KeyboardInterrupt\n",
        "CRASH",
        "`standardise` raises KeyboardInterrupt, which ends a program (cell 4, line 2).",
    ),
    "RecursionError": (
        "def standardise(x):\n    return standardise(x)\n",
        "FAIL",
        "`standardise` raises a RecursionError (cell 4, line 2).",
    ),
    "memory": (
        "def standardise(x):\n    kept = []\n    while True:\n        kept.append(torch.empty(2**24))\n",
        "MEMORY",
        f"`standardise` {NO_MEMORY} (cell 4, line 4).",
    ),
    "a tensor of 4 GB": (
        "def standardise(x):\n    return torch.ones(2**30)\n",
        "MEMORY",
        f"`standardise` {NO_MEMORY} (cell 4, line 2).",
    ),
    "memory at import": (
        "kept = [torch.empty(2**24) for _ in range(2**12)]\n",
        "MEMORY",
        f"Cell 4, line 1: executing it {NO_MEMORY}.",
    ),
    "shared memory": (
        "import mmap\n\ndef standardise(x):\n    return mmap.mmap(-1, 2**32)\n",
        "FAIL",
        "`standardise` raises an OSError (cell 4, line 4).",
    ),
    "a large file": (
        "def standardise(x):\n    with open('f', 'wb') as f:\n        f.write(bytes(2**24))\n",
        "FAIL",
        "`standardise` raises an OSError (cell 4, line 3).",
    ),
    "a banned operation": (
        "def standardise(x):\n    return nn.functional.layer_norm(x, x.shape[-1:], eps=EPS)\n",
        "FORBIDDEN",
        "`standardise` calls torch's own `layer_norm`, which this question asks you to write yourself.",
    ),
    "os._exit at import": (
        "import os\nos._exit(0)\n",
        "CRASH",
        "Cell 4 ended the Python process while it was executed.",
    ),
    "prints 200 MB at import": (
        "for _ in range(200):\n    print('x' * 2**20)\n",
        "OUTPUT_LIMIT",
        "Cell 4 printed more than 4 MB while it was executed. Print less, and nothing inside loops.",
    ),
    "an infinite loop at import": (
        "while True:\n    pass\n",
        "TIMEOUT",
        "Cell 4 did not finish within 1.5 s while it was executed. Look for a loop that does not end, or does far too much.",
    ),
    "builtins that lie": (
        "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.len = lambda *a: 0\n",
        "CRASH",
        "Cell 4 broke its connection with the grader (file descriptor 3) while it was executed.",
    ),
}


@pytest.mark.parametrize(("source", "verdict", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_place(desk: Desk, source: str, verdict: str, message: str) -> None:
    result = desk.standardise(source)
    assert verdicts(result) == dict.fromkeys(SHAPES, verdict) | AFFINE
    assert {messages(result)[criterion] for criterion in SHAPES} == {message}
    assert result.score == 40


BROKE = "`standardise` broke its connection with the grader (file descriptor 3)."
WROTE = "`standardise` wrote to the connection with the grader (file descriptor 3)."
FRAME = (
    "import json, os, struct\n\ndef standardise(x):\n    head = {}\n"
    "    for seq in range(9):\n        os.write(3, struct.pack('<IQ', len(head), 0) + head)\n    return x\n"
)
DEATHS = {
    "os._exit": (
        "import os\n\ndef standardise(x):\n    os._exit(0)\n",
        "CRASH",
        "`standardise` ended the Python process.",
    ),
    "os._exit in a thread": (
        "import os, threading, time\n\ndef standardise(x):\n"
        "    threading.Thread(target=os._exit, args=(3,)).start()\n    time.sleep(5)\n",
        "CRASH",
        "`standardise` ended the Python process.",
    ),
    "a segmentation fault": (
        "import ctypes\n\ndef standardise(x):\n    ctypes.string_at(0)\n",
        "CRASH",
        "`standardise` crashed the Python interpreter (SIGSEGV), as endless recursion can.",
    ),
    "recursion without a limit": (
        "import sys\nsys.setrecursionlimit(10**9)\n\nclass R:\n    def __repr__(self):\n        return repr(self)\n\n"
        "def standardise(x):\n    return repr(R())\n",
        "CRASH",
        "`standardise` crashed the Python interpreter (SIGSEGV), as endless recursion can.",
    ),
    "abort": (
        "import os\n\ndef standardise(x):\n    os.abort()\n",
        "CRASH",
        "`standardise` crashed the Python interpreter (SIGABRT).",
    ),
    "an alarm": (
        "import signal, time\n\ndef standardise(x):\n    signal.setitimer(signal.ITIMER_REAL, 0.05)\n    time.sleep(5)\n",
        "CRASH",
        "`standardise` was ended by a signal.",
    ),
    "SIGKILL": (
        "import os\n\ndef standardise(x):\n    os.kill(os.getpid(), 9)\n",
        "CRASH",
        "`standardise` was ended by a signal.",
    ),
    "its own process group": (
        "import os\n\ndef standardise(x):\n    os.killpg(0, 15)\n",
        "CRASH",
        "`standardise` was ended by a signal.",
    ),
    "prints 200 MB": (
        "def standardise(x):\n    for _ in range(200):\n        print('x' * 2**20)\n",
        "OUTPUT_LIMIT",
        "`standardise` printed more than 4 MB. Print less, and nothing inside loops.",
    ),
    "an infinite loop": (
        "def standardise(x):\n    while True:\n        pass\n",
        "TIMEOUT",
        "`standardise` did not finish within 1 s. Look for a loop that does not end, or does far too much.",
    ),
    "ignored signals": (
        "import signal\nfor one in set(signal.Signals) - {9, 19}:\n    signal.signal(one, signal.SIG_IGN)\n\n"
        "def standardise(x):\n    while True:\n        try:\n            raise SystemExit\n"
        "        except BaseException:\n            pass\n",
        "TIMEOUT",
        "`standardise` did not finish within 1 s. Look for a loop that does not end, or does far too much.",
    ),
    "a closed connection": ("import os\n\ndef standardise(x):\n    os.close(3)\n", "CRASH", BROKE),
    "a closed connection, and on": (
        "import os, socket, time\n\ndef standardise(x):\n"
        "    socket.socket(fileno=3).shutdown(socket.SHUT_RDWR)\n    time.sleep(60)\n",
        "CRASH",
        BROKE,
    ),
    "garbage": ("import os\n\ndef standardise(x):\n    os.write(3, b'garbage' * 10)\n    return x\n", "CRASH", WROTE),
    "a huge prefix": (
        "import os, struct\n\ndef standardise(x):\n    os.write(3, struct.pack('<IQ', 2**31, 2**60))\n    return x\n",
        "CRASH",
        WROTE,
    ),
    "deep JSON": (
        FRAME.replace("{}", "b'{\"seq\": 4, \"value\": ' + b'[' * 30000 + b']' * 30000 + b'}'"),
        "CRASH",
        WROTE,
    ),
    "a forged verdict": (
        FRAME.replace("{}", "json.dumps({'seq': -1, 'verdict': 'PASS', 'score': 100, 'value': None}).encode()"),
        "CRASH",
        WROTE,
    ),
    "half a frame": (
        "import os, struct, time\n\ndef standardise(x):\n    os.write(3, struct.pack('<IQ', 1000, 0))\n    time.sleep(60)\n",
        "TIMEOUT",
        "`standardise` did not finish within 1 s. Look for a loop that does not end, or does far too much.",
    ),
}


@pytest.mark.parametrize(("source", "verdict", "message"), DEATHS.values(), ids=DEATHS)
def test_a_death_is_told_and_not_repeated_for_ever(desk: Desk, source: str, verdict: str, message: str) -> None:
    result = desk.standardise(source)
    assert verdicts(result) == {"standardise.values": verdict, "standardise.stable": "SKIPPED"} | AFFINE
    assert messages(result)["standardise.values"] == message
    assert messages(result)["standardise.stable"] == STOPPED_TWICE


def test_a_forged_answer_of_the_right_number_is_an_answer_and_a_wrong_one(desk: Desk) -> None:
    """There is no field in which a child could say that it passed; a value of its own making is compared like any other."""
    source = FRAME.replace("{}", "b''").replace(
        "os.write", 'head = b\'{"seq": %d, "value": 1, "verdict": "PASS"}\' % seq; os.write'
    )
    result = desk.standardise(source)
    assert verdicts(result)["standardise.values"] != "PASS"
    assert result.score == 40


PATCHES = {
    "torch.testing": "import torch.testing\ntorch.testing.assert_close = torch.allclose = torch.equal = lambda *a, **k: True",
    "time": "import time\ntime.monotonic = time.perf_counter = time.time = time.process_time = lambda: 0",
    "json": 'import json\njson.dumps = lambda *a, **k: \'{"seq": 4, "value": null, "verdict": "PASS"}\'',
    "struct": "import struct\nstruct.pack = struct.Struct = lambda *a: None",
    "socket": "import socket\nsocket.socket.sendall = socket.socket.send = lambda *a: None",
    "arithmetic of tensors": "torch.Tensor.__sub__ = torch.Tensor.sub = torch.Tensor.abs = lambda a, *b: a",
    "the protocol": (
        "import autograder.sandbox.protocol as p\np.encode = lambda value, keep=None: ({'$': 'verdict', 'v': 'PASS'}, [])"
    ),
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_patches_stay_in_the_child(desk: Desk, patch: str) -> None:
    result = desk.standardise(f"{patch}\n\ndef standardise(x):\n    return x * 2\n")
    assert result.status == "graded"
    assert not {"PASS", "GRADER_ERROR"} & {verdicts(result)[criterion] for criterion in SHAPES}
    assert desk.standardise(CORRECT).score == 80


HARMLESS = {
    "warnings": "import sys, warnings\n\n"
    + Y
    + "    warnings.warn('careful')\n    print('note', file=sys.stderr)\n    print('x' * 1000)\n    return y\n",
    "a closed stdout": "import os, sys\nsys.stdout.close()\nos.close(1)\nos.close(2)\n\n" + Y + "    return y\n",
    "a thread that raises later": "import threading, time\n\ndef late():\n    time.sleep(0.02)\n    raise RuntimeError\n\n"
    + Y
    + "    threading.Thread(target=late).start()\n    return y\n",
    "another folder": "import os\nos.chdir('/')\n\n" + Y + "    return y\n",
    "no folder": "import os, shutil\nshutil.rmtree(os.getcwd())\n\n" + Y + "    return y\n",
    "a numpy.py": "for name in ('numpy', 'torch', 'json'):\n    open(f'{name}.py', 'w').write('raise SystemExit')\n"
    "import numpy\n\n" + Y + "    return y\n",
    "views": Y + "    return torch.stack([y, y], -1)[..., 0]\n",
    "conjugates": Y + "    return torch.view_as_complex(torch.stack([y, -y], -1)).conj().real\n",
    "a parameter": Y + "    return nn.Parameter(y)\n",
    "fork and wait": "import os\n\n"
    + Y
    + "    pid = os.fork()\n    if pid == 0:\n        os._exit(0)\n    os.waitpid(pid, 0)\n    return y\n",
}


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS)
def test_what_does_no_harm_costs_nothing(desk: Desk, source: str) -> None:
    assert desk.standardise(source).score == 80


def test_redefined_builtins_break_what_comes_after_them(desk: Desk) -> None:
    result = desk.standardise("__builtins__ = {}\n\ndef standardise(x):\n    return open('x')\n")
    assert (
        messages(result)["standardise.values"]
        == "`standardise` raises a NameError: `open` is not defined (cell 4, line 4)."
    )
    assert messages(result)["affine.values"] == "Cell 6, line 1: executing it raises a NameError."
