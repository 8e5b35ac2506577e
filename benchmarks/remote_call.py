"""What crossing to the child costs: one call with 1 MB of tensors, remote against in process, in interleaved pairs.

python benchmarks/remote_call.py
"""

from __future__ import annotations

import statistics
import time

import numpy as np
import torch

from autograder.child.interpreter import Interpreter
from autograder.course.models import Limits
from autograder.sandbox.backends.process import ProcessBackend
from autograder.sandbox.protocol import Ref

SOURCE = np.frombuffer(b"def double(x):\n    return 2 * x\n", np.uint8)
PAIRS = 200


def main() -> None:
    torch.set_num_threads(1)
    local = Interpreter("local")
    local.request("load", {"label": "cell 1", "source": SOURCE})
    backend = ProcessBackend()
    child = backend.fork(Limits())
    child.request("load", {"label": "cell 1", "source": SOURCE}, 10)
    differences = []
    for _ in range(PAIRS):
        payload = {"target": Ref(None, "double"), "args": (torch.randn(131_072, dtype=torch.float64),)}
        start = time.perf_counter()
        local.request("call", payload)
        between = time.perf_counter()
        child.request("call", payload, 10)
        differences.append((time.perf_counter() - between) - (between - start))
    child.close()
    backend.close()
    deciles = statistics.quantiles(differences, n=10)
    print(
        f"1 MB there and 1 MB back, {PAIRS} pairs: median {statistics.median(differences) * 1e3:.2f} ms over the same "
        f"call in process, 90th percentile {deciles[-1] * 1e3:.2f} ms"
    )


if __name__ == "__main__":
    main()
