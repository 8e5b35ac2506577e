"""How often a timing decides wrongly: sessions whose true ratio is known, in real children, with and without a hog.

python benchmarks/timing_decisions.py --sessions 200 --minutes 20 [--hog] [--write]

A session is one `faster_than(speedup=2, against="full")` with fresh children. The work is a number of equal products,
so that the true ratio is that of two counts: 2 · margin must pass, 2 / margin must fail. The other two rows are one
`growth(seconds=1.4)` of attention that is linear, and of attention that is quadratic.

Every session is a line in `--kept`, and a later call goes on from there: run it in portions, when the machine has
nothing else to do (two hundred sessions of a condition take about 30 minutes here). The rows take turns, so that a
portion is spread over all of them. `--write` puts the table of all that is kept into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.checks import draw, faster_than, growth
from autograder.checks.context import Context, enter, leave
from autograder.checks.outcome import Decided
from autograder.checks.peer import LocalPeer
from autograder.child.interpreter import Interpreter
from autograder.course.models import Limits
from autograder.sandbox.backend import Sandbox, open_backend
from autograder.sandbox.submission import Cell, SubmissionPeer

PAGE = "docs/benchmarks.md"
BEGIN, END = "<!-- timing_decisions: begin -->", "<!-- timing_decisions: end -->"
UNIT = 100
WORK = """
import torch
def work(x, times):
    y = x
    for _ in range(times):
        y = torch.tanh(y @ x)
    return x + 0 * y
def fast(x):
    return work(x, {fast})
def full(x):
    return work(x, {full})
"""
LINEAR = """
import torch
def attend(q, k, v):
    q, k = torch.exp(q), torch.exp(k)
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]
"""
QUADRATIC = """
import torch
def attend(q, k, v):
    scores = torch.exp(q) @ torch.exp(k).T
    return scores @ v / scores.sum(1, keepdim=True)
"""
_names = count()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=200, help="of each row, with those that are kept")
    parser.add_argument("--minutes", type=float, default=math.inf, help="start no session after so many")
    parser.add_argument("--margin", type=float, default=1.25)
    parser.add_argument("--hog", action="store_true", help="keep one core busy")
    parser.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "timing_decisions.jsonl")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE}")
    options = parser.parse_args()
    with _busy(options.hog):
        _run(options)
    table = table_of(_read(options.kept))
    print(table)
    if options.write:
        path = Path(__file__).parent.parent / PAGE
        path.write_text(with_table(path.read_text(encoding="utf-8"), table), encoding="utf-8")


def _run(options: argparse.Namespace) -> None:
    """Sessions, row after row, until there are enough of each or the time is over."""
    torch.set_num_threads(1)
    margin = options.margin
    backend = open_backend("process", trusted=True)
    place = backend.open(Limits())
    sessions: dict[str, Callable[[], str]] = {
        f"faster_than, {margin:g} times as fast as asked": lambda: _timing(place, 2 * margin),
        f"faster_than, {margin:g} times as slow as allowed": lambda: _timing(place, 2 / margin),
        "growth, linear": lambda: _growth(place, LINEAR),
        "growth, quadratic": lambda: _growth(place, QUADRATIC),
    }
    done = Counter(one["row"] for one in _read(options.kept) if one["hog"] == options.hog)
    end = time.monotonic() + 60 * options.minutes
    with options.kept.open("a", encoding="utf-8") as kept:
        while time.monotonic() < end and any(done[row] < options.sessions for row in sessions):
            row = min(sessions, key=lambda name: done[name])
            began = time.perf_counter()
            verdict = sessions[row]()
            seconds = round(time.perf_counter() - began, 2)
            done[row] += 1
            kept.write(json.dumps({"row": row, "hog": options.hog, "verdict": verdict, "seconds": seconds}) + "\n")
            kept.flush()
    place.close()
    backend.close()


def _read(path: Path) -> list[dict[str, Any]]:
    """Sessions so far. A last line that was cut off when the machine was needed counts for nothing."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        with suppress(json.JSONDecodeError):
            found.append(json.loads(line))
    return found


def table_of(sessions: list[dict[str, Any]]) -> str:
    """A line for each row and condition: how often each verdict came, and how long a session took."""
    lines = [
        "| Session | Machine | Sessions | PASS | FAIL | INCONCLUSIVE | s a session |",
        "|---|---|---|---|---|---|---|",
    ]
    for hog in (False, True):
        for row in sorted({one["row"] for one in sessions}):
            some = [one for one in sessions if (one["row"], one["hog"]) == (row, hog)]
            if some:
                found = Counter(one["verdict"] for one in some)
                seconds = sum(one["seconds"] for one in some) / len(some)
                counts = " | ".join(str(found[verdict]) for verdict in ("PASS", "FAIL", "INCONCLUSIVE"))
                where = "one core busy" if hog else "idle"
                lines.append(f"| {row} | {where} | {len(some)} | {counts} | {seconds:.1f} |")
    return "\n".join(lines)


def with_table(page: str, table: str) -> str:
    """`page` with `table` between its two marks. Raises ValueError where it has none."""
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"{PAGE} needs the lines {BEGIN} and {END}, between which the table goes")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


@contextmanager
def _busy(hog: bool) -> Iterator[None]:
    process = multiprocessing.Process(target=_spin, daemon=True) if hog else None
    if process is not None:
        process.start()
    try:
        yield
    finally:
        if process is not None:
            process.terminate()


def _spin() -> None:
    while True:
        pass


def _timing(place: Sandbox, ratio: float) -> str:
    """Verdict on a submission that is `ratio` times as fast as the baseline; 2 is asked."""
    source = WORK.format(fast=UNIT, full=round(UNIT * ratio))
    return _verdict(
        place,
        source,
        source,
        lambda: faster_than(
            lambda impl: None, lambda impl, state, x: impl.fast(x), lambda: draw(64, 64), speedup=2, against="full"
        ),
    )


def _growth(place: Sandbox, source: str) -> str:
    return _verdict(
        place,
        source,
        LINEAR,
        lambda: growth(
            lambda impl, x: impl.attend(*x),
            lambda n: tuple(draw(n, 32, scale=0.5) for _ in range(3)),
            (512, 1024, 2048, 4096),
            seconds=1.4,
        ),
    )


def _verdict(place: Sandbox, submission: str, reference: str, check: Callable[[], None]) -> str:
    @contextmanager
    def fresh_pair() -> Iterator[tuple[SubmissionPeer, SubmissionPeer]]:
        pair = tuple(SubmissionPeer(place, (Cell("cell 1", text),), Limits()) for text in (submission, reference))
        yield pair[0], pair[1]
        for peer in pair:
            peer.close()

    interpreter = Interpreter(f"reference_{next(_names)}")
    interpreter.request("load", {"label": "reference", "source": np.frombuffer(reference.encode(), np.uint8)})
    here = LocalPeer(interpreter)
    enter(Context("t", "q.t", here, here, (), torch.Generator().manual_seed(next(_names)), fresh_pair=fresh_pair))
    try:
        check()
    except Decided as decided:
        return decided.verdict.value
    finally:
        leave()
    return "PASS"


if __name__ == "__main__":
    main()
