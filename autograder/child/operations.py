"""What student code calls, seen from torch: operations by count and size."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.child.work import work_of


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts ATen operations by name and their arithmetic; remembers the largest tensor that one returned, in bytes.

    It sees what goes through torch in its own thread and nothing else: no NumPy, no other thread or process.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Nothing is compiled here; skipping it would import torch._dynamo, more than a second of CPU.
        return False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.counts: Counter[str] = Counter()
        self.largest = 0
        self.work = 0
        """Multiplications, additions and elements, as `work_of` counts them."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.counts[func.overloadpacket.__name__] += 1
        self.work += work_of(func, args, result)
        for value in result if isinstance(result, tuple | list) else (result,):
            if isinstance(value, torch.Tensor) and value.layout is torch.strided:
                self.largest = max(self.largest, value.untyped_storage().nbytes())
        return result
