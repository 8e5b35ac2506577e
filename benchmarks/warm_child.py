"""What a sandbox costs: its start, and a fresh child in it up to its first graded call, beside the backend `process`.

    python benchmarks/warm_child.py docker 30

Children are taken in turns from both, so that a busy machine is busy for both.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

import numpy as np

from autograder.course.models import Limits
from autograder.sandbox.backend import Sandbox, open_backend
from autograder.sandbox.protocol import Ref

SOURCE = np.frombuffer(b"def double(x):\n    return 2 * x\n", np.uint8)
STARTS = 5


def main() -> None:
    name, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 30
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    backend, plain = open_backend(name), open_backend("process", trusted=True)
    starts = [start(backend) for _ in range(STARTS)]
    print(f"{name}: a sandbox, from nothing to its first child, in s: {' '.join(f'{one:.2f}' for one in starts)}")
    ours, theirs = backend.open(Limits()), plain.open(Limits())
    for sandbox in (ours, theirs):
        first_call(sandbox)  # warms what is shared
    pairs = [(first_call(ours), first_call(theirs)) for _ in range(rounds)]
    for title, times in ((name, [one for one, _ in pairs]), ("process", [other for _, other in pairs])):
        deciles = statistics.quantiles(times, n=10)
        print(
            f"{title}: fresh child to its first graded call, ms: {statistics.median(times):.1f} (p90 {deciles[-1]:.1f})"
        )
    print(f"median of {rounds} paired ratios: {statistics.median(one / other for one, other in pairs):.2f}")
    backend.close()
    plain.close()


def start(backend) -> float:
    """Seconds from asking for a sandbox to its first child. One that waited already counts as what it saved."""
    began = time.perf_counter()
    sandbox = backend.open(Limits())
    sandbox.fork()
    seconds = time.perf_counter() - began
    sandbox.close()
    return seconds


def first_call(sandbox: Sandbox) -> float:
    """Milliseconds from asking for a child to the answer of its first call; its end is not counted."""
    began = time.perf_counter()
    child = sandbox.fork()
    child.request("load", {"label": "cell 1", "source": SOURCE}, 20)
    child.request("call", {"target": Ref(None, "double"), "args": (2.0,)}, 20)
    milliseconds = (time.perf_counter() - began) * 1e3
    child.close()
    return milliseconds


if __name__ == "__main__":
    main()
