"""Growth in real children: what is honest passes, what is not is caught by the gate that it is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import dedent

import pytest
import torch

from autograder.checks import draw, growth
from autograder.checks.context import Context, enter, leave
from autograder.checks.outcome import Decided
from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.sandbox.backend import Sandbox, open_backend
from autograder.sandbox.faults import GraderFault, StudentFault
from autograder.sandbox.submission import Cell, SubmissionPeer
from tests.checks.conftest import peer

LIMITS = Limits(
    call_seconds=5, import_seconds=5, total_seconds=60, cpu_seconds=60, memory_mb=2048, output_mb=4, file_mb=8
)
SIZES = (512, 1024, 2048, 4096)
HEAD = "import torch\n"
LINEAR = """
def attend(q, k, v):
    q, k = torch.exp(q), torch.exp(k)
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]
"""
QUADRATIC = """
def attend(q, k, v):
    scores = torch.exp(q) @ torch.exp(k).T
    return scores @ v / scores.sum(1, keepdim=True)
"""
LOOP = """
def attend(q, k, v):
    q, k = torch.exp(q), torch.exp(k)
    kv, norm = torch.zeros(k.shape[1], v.shape[1], dtype=q.dtype), torch.zeros(k.shape[1], dtype=q.dtype)
    for key, value in zip(k, v):
        kv += key[:, None] * value
        norm += key
    return torch.stack([row @ kv / (row @ norm) for row in q])
"""
ROWS = """
def attend(q, k, v):
    q, k = torch.exp(q), torch.exp(k)
    return torch.cat([(s := part @ k.T) @ v / s.sum(1, keepdim=True) for part in q.split(64)])
"""
BROADCAST = """
def attend(q, k, v):
    q, k = torch.exp(q), torch.exp(k)
    top = [((p[:, None] * k[None]).sum(-1)) for p in q.split(16)]
    return torch.cat([s @ v / s.sum(1, keepdim=True) for s in top])
"""
NUMPY = """
import numpy as np
def attend(q, k, v):
    q, k, v = np.exp(q.numpy()), np.exp(k.numpy()), v.numpy()
    scores = q @ k.T
    return torch.from_numpy((scores @ v / scores.sum(1, keepdims=True)))
"""
THREAD = f"""
import threading
{QUADRATIC.replace("attend", "full")}
def attend(q, k, v):
    got = []
    thread = threading.Thread(target=lambda: got.append(full(q, k, v)))
    thread.start(); thread.join()
    return got[0]
"""
HIDDEN_MODE = f"""
from torch.utils._python_dispatch import _disable_current_modes
{QUADRATIC.replace("attend", "full")}
def attend(q, k, v):
    with _disable_current_modes():
        return full(q, k, v)
"""
FORKED = f"""
import os
{QUADRATIC.replace("attend", "full")}
def attend(q, k, v):
    read, write = os.pipe()
    if os.fork() == 0:
        with os.fdopen(write, "wb") as pipe:
            pipe.write(full(q, k, v).numpy().tobytes())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        out = torch.frombuffer(bytearray(pipe.read()), dtype=q.dtype).reshape(v.shape)
    os.wait()
    return out
"""
UNNOTICED = (
    "import signal\n" + FORKED.replace("    os.wait()\n", "") + "\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
)
PADDED = f"""
{QUADRATIC.replace("attend", "full")}
def attend(q, k, v):
    rest = 4096 - len(q)
    q, k, v = (torch.nn.functional.pad(x, (0, 0, 0, rest)) for x in (q, k, v))
    k[4096 - rest :] = -torch.inf
    return full(q, k, v)[: 4096 - rest]
"""
FORGED = f"""
import sys
{ROWS}
def blind(self, func, types, args=(), kwargs=None):
    self.work += 1
    return func(*args, **(kwargs or {{}}))
sys.modules["autograder.child.operations"].Operations.__torch_dispatch__ = blind
"""
RESERVED = """
ROOM = torch.zeros(4096 * 4096)
def attend(q, k, v):
    n = len(q)
    scores = ROOM[: n * n].view(n, n)
    torch.matmul(torch.exp(q), torch.exp(k).T, out=scores)
    return scores @ v / scores.sum(1, keepdim=True)
"""
MEMO = """
seen = {}
def attend(q, k, v):
    if q.shape not in seen:
        seen[q.shape] = full(q, k, v)
    return seen[q.shape]
""" + QUADRATIC.replace("attend", "full")
POINTER = MEMO.replace("q.shape", "q.data_ptr()")
HALF = """
def attend(q, k, v):
    q, k, v = torch.exp(q).bfloat16(), torch.exp(k).bfloat16(), v.bfloat16()
    return (q @ (k.T @ v) / (q @ k.sum(0))[:, None]).float()
"""
LATER = f"""
import threading
{QUADRATIC.replace("attend", "full")}
def attend(q, k, v):
    out = torch.empty_like(v)
    threading.Thread(target=lambda: out.copy_(full(q, k, v))).start()
    return out
"""
LAZY = f"""
{QUADRATIC.replace("attend", "full")}
class Lazy(torch.Tensor):
    pass
def attend(q, k, v):
    return full(q, k, v).as_subclass(Lazy)
"""
TRACED = f"""
from torch.utils._python_dispatch import _get_current_dispatch_mode as mode
{QUADRATIC.replace("attend", "full")}
{LINEAR.replace("attend", "fast")}
def attend(q, k, v):
    return (fast if mode() else full)(q, k, v)
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    backend = open_backend("process", trusted=True)
    place = backend.open(LIMITS)
    yield place
    place.close()
    backend.close()


Judge = Callable[..., tuple[Verdict, str, str, Context]]


@pytest.fixture
def judged(sandbox: Sandbox) -> Judge:
    """judged(source, reference, sizes, **limits): verdict, message, detail, and the context with its curves."""

    def judge(source: str, *, reference: str = LINEAR, sizes=SIZES, limits: Limits = LIMITS, **allowed: float):
        @contextmanager
        def fresh_pair():
            pair = [
                SubmissionPeer(sandbox, (Cell("cell 1", HEAD + dedent(text)),), limits) for text in (source, reference)
            ]
            yield pair
            for one in pair:
                one.close()

        here = peer(HEAD + dedent(reference))
        context = Context("test_x", "q.growth", here, here, (), torch.Generator().manual_seed(3), fresh_pair=fresh_pair)
        enter(context)
        try:
            growth(
                lambda impl, x: impl.attend(*x), lambda n: tuple(draw(n, 32) * 0.5 for _ in range(3)), sizes, **allowed
            )
        except Decided as ended:
            return ended.verdict, ended.message, ended.detail, context
        except StudentFault as fault:
            return fault.verdict, fault.message, fault.detail, context
        finally:
            leave()
        return Verdict.PASS, "", "", context

    return judge


ALL = {"operations": 1.2, "largest": 1.2, "memory": 1.3, "seconds": 1.4}


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("source", [LINEAR, LOOP], ids=["products", "loop"])
def test_what_is_linear_passes_every_gate(judged, source):
    verdict, message, detail, context = judged(source, **ALL)
    assert (verdict, message, detail) == (Verdict.PASS, "", "")
    assert [curve.quantity for curve in context.curves] == list(ALL)
    for curve in context.curves:
        assert [n for n, _ in curve.submission.points] == list(SIZES)
        assert curve.submission.exponent <= curve.allowed
        assert curve.reference.exponent <= curve.allowed


@pytest.mark.alone
@pytest.mark.parametrize(
    ("source", "limits", "words"),
    [
        (QUADRATIC, ["operations"], "its number of operations grows like N^2.00"),
        (ROWS, ["operations"], "its number of operations grows like N^2.00"),
        (BROADCAST, ["operations"], "its number of operations grows like N^"),
        (QUADRATIC, ["largest"], "its largest tensor grows like N^2.00"),
        (QUADRATIC, ["memory"], "its memory grows like N^"),
        (NUMPY, ["operations", "largest", "memory"], "its memory grows like N^"),
        (THREAD, ["operations", "largest", "memory"], "its memory grows like N^"),
        (HIDDEN_MODE, ["operations", "largest", "memory"], "its memory grows like N^"),
        (TRACED, ["operations", "largest", "memory"], "its memory grows like N^"),
        (NUMPY, ["operations", "seconds"], "its CPU time grows like N^"),
        (QUADRATIC, ["seconds"], "its CPU time grows like N^"),
    ],
)
def test_the_gate_that_a_quadratic_cost_meets(judged, source, limits, words):
    # Seconds of NumPy grow like N^1.62 to N^1.77 here, those of the reference like N^0.7: as far from both as can be.
    allowed = ALL | {"seconds": 1.2}
    verdict, message, _, context = judged(source, **{name: allowed[name] for name in limits})
    assert verdict is Verdict.FAIL
    assert message.startswith(f"From N = 512 to 4096 {words}")
    assert message.endswith(f"; N^{allowed[limits[-1]]:g} is allowed.")
    assert context.curves[len(limits) - 1].submission.exponent > allowed[limits[-1]]


@pytest.mark.parametrize("source", [NUMPY, THREAD, HIDDEN_MODE, TRACED], ids=["numpy", "thread", "mode", "traced"])
def test_work_that_nothing_counts_is_left_to_a_ta(judged, source):
    verdict, message, detail, _ = judged(source, operations=1.2, largest=1.2)
    assert (verdict, "costs you nothing" in message) == (Verdict.INCONCLUSIVE, True)
    assert "works where nothing is counted" in detail


def test_a_forked_helper_is_left_to_a_ta(judged):
    verdict, _, detail, _ = judged(FORKED, **ALL)
    assert verdict is Verdict.INCONCLUSIVE
    assert detail.startswith("It started processes")


def test_a_forked_helper_that_nobody_waits_for_is_left_to_a_ta(judged):
    verdict, _, detail, _ = judged(UNNOTICED, operations=1.2, largest=1.2)
    assert verdict is Verdict.INCONCLUSIVE
    assert detail.startswith("It started processes")


def test_a_cost_that_is_made_flat_by_work_at_the_small_sizes(judged):
    verdict, _, detail, context = judged(PADDED, operations=1.2, largest=1.2, memory=1.3)
    assert verdict is Verdict.INCONCLUSIVE
    assert re.match(r"At N = 4096 its operations are \d\d+ times the reference's", detail)
    assert context.curves[0].submission.exponent < 0.1


def test_forged_counts_do_not_hide_at_larger_sizes(judged):
    """What is quadratic and small takes about as long as the call itself."""
    verdict, _, detail, _ = judged(FORGED, sizes=(256, 512, 1024, 2048), operations=1.2)
    assert verdict is Verdict.INCONCLUSIVE
    assert "works where nothing is counted" in detail


def test_what_is_linear_is_linear_at_larger_sizes(judged):
    """A loop in Python is many times slower than the reference, and asked at a larger size for that."""
    verdict, _, detail, context = judged(LOOP, sizes=(64, 128, 256, 512), operations=1.2)
    assert (verdict, detail) == (Verdict.PASS, "")
    assert [n for n, _ in context.curves[-1].submission.points] == [64, 128, 256, 512]


def test_memory_held_before_the_call_is_left_to_a_ta(judged):
    verdict, _, detail, _ = judged(RESERVED, memory=1.3, sizes=(256, 512, 1024, 2048))
    assert verdict is Verdict.INCONCLUSIVE
    assert "MB more than the reference" in detail


def test_a_memo_by_address_saves_nothing(judged):
    """Where the address is an old one the answer is wrong, elsewhere the work is done."""
    assert judged(POINTER, **ALL)[0] is Verdict.FAIL


@pytest.mark.parametrize("source", [MEMO, HALF, LATER], ids=["shape", "half", "later"])
def test_answers_that_are_not_computed_are_wrong(judged, source):
    verdict, message, _, _ = judged(source, **ALL)
    assert verdict is Verdict.FAIL
    assert message.startswith("At N = ")


def test_a_lazy_subclass_is_no_tensor(judged):
    verdict, message, _, _ = judged(LAZY, **ALL)
    assert verdict is Verdict.FAIL
    assert message.startswith("At N = 512: ")


def test_right_for_even_sizes_only(judged):
    """A structure of its own at one size is told with that size."""
    odd = LINEAR.replace("return q @", "if len(q) % 2: v = v[:-1]\n    return q @")
    verdict, message, _, _ = judged(odd, sizes=(256, 511, 1024, 2048), **ALL)
    assert verdict is Verdict.FAIL
    assert message.startswith("At N = 511: ")


def test_a_size_that_runs_out_of_time_keeps_the_curve_so_far(judged):
    slow = LINEAR.replace("q, k = ", "while len(q) == 4096: pass\n    q, k = ", 1)
    quick = LIMITS.model_copy(update={"call_seconds": 1})
    verdict, message, _, context = judged(slow, limits=quick, **ALL)
    assert verdict is Verdict.TIMEOUT
    assert message.startswith("At N = 4096: `attend` did not finish within 1 s")
    assert [n for n, _ in context.curves[-1].submission.points] == [512, 1024, 2048]
    assert [n for n, _ in context.curves[-1].reference.points] == list(SIZES)


def test_a_limit_that_the_reference_misses_is_the_assignments_fault(judged):
    with pytest.raises(GraderFault, match=r"own reference misses the limit largest=1.2: From N = 512 to 4096"):
        judged(LINEAR, reference=QUADRATIC, largest=1.2)


@pytest.mark.parametrize("wrong", [{"sizes": (1, 2, 3)}, {"sizes": (1, 1, 2, 3)}])
def test_too_few_sizes(judged, wrong):
    with pytest.raises(ValueError, match="4 different sizes"):
        judged(LINEAR, largest=1.2, **wrong)
