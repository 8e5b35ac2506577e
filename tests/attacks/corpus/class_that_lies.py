"""Objects whose __class__, type name, metaclass and buffer pretend to be a Tensor.

tries: __class__ says Tensor, __module__ and __name__ too, isinstance is answered by a metaclass, __array__ and
    __dlpack__ hand out whatever is asked for; an ndarray and a float of such a kind are tried as well.
must: what a value is decided by its exact type; none of them crosses: FAIL.
score: 0
verdict: FAIL
"""

import numpy as np
import torch


class Meta(type):
    def __instancecheck__(cls, value):
        return True

    def __subclasscheck__(cls, value):
        return True

    def __eq__(cls, other):
        return True

    __hash__ = type.__hash__


class Tensor(metaclass=Meta):
    __class__ = torch.Tensor
    __module__ = "torch"
    layout, is_nested, is_quantized, device, dtype = torch.strided, False, False, torch.device("cpu"), torch.float32
    shape, requires_grad = torch.Size([2, 3]), False

    def __array__(self, *a, **k):
        return np.zeros((2, 3))

    def detach(self):
        return self

    requires_grad_ = resolve_conj = resolve_neg = cpu = contiguous = reshape = view = lambda self, *a: self

    def numpy(self):
        return memoryview(b"\0" * 24)


class Array(np.ndarray):
    def __eq__(self, other):
        return True


class Float(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


ANSWERS = [
    lambda x: Tensor(),
    lambda x: x.numpy().view(Array),
    lambda x: [[Float(v) for v in row] for row in x.tolist()],
    lambda x: torch.nn.Parameter(torch.zeros_like(x)).data.as_subclass(type("Tensor", (torch.Tensor,), {})),
]
calls = [0]


def standardise(x):
    calls[0] += 1
    return ANSWERS[calls[0] % len(ANSWERS)](x)
