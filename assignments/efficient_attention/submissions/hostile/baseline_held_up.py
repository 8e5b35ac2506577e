"""A window beside a thread that keeps the machine busy while the baseline is timed.

loses: local.speed
verdict: INCONCLUSIVE
"""

import threading

_free = threading.Event()


def _spin():
    while True:
        _free.wait()
        for _ in range(1000):
            pass


def local(q, k, v, *, window, causal=False):
    _free.clear()
    try:
        return longformer(q, k, v, window=window, global_positions=[], causal=causal)
    finally:
        _free.set()


local.pattern = local_pattern
threading.Thread(target=_spin, daemon=True).start()
