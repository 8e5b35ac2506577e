"""Tensors that hold no plain numbers: meta, sparse, quantised, nested, complex views, lazy conjugates.

tries: each kind makes some comparison raise, skip or answer with a tensor that is neither true nor false.
must: each is told by its kind: FAIL, and nothing of the grader breaks.
score: 0
verdict: FAIL
"""

import torch

ANSWERS = [
    lambda x: torch.empty_like(x, device="meta"),
    lambda x: torch.zeros_like(x).to_sparse(),
    lambda x: torch.zeros_like(x).to_sparse_csr(),
    lambda x: torch.quantize_per_tensor(x.float(), 0.1, 0, torch.qint8),
    lambda x: torch.nested.nested_tensor([x, x]),
    lambda x: torch.complex(x, x).conj(),
    lambda x: torch.complex(x, x).conj().imag,
    lambda x: torch.zeros_like(x).to_mkldnn() if x.dtype == torch.float32 else torch.empty(0),
    lambda x: torch.zeros(x.shape, dtype=torch.float8_e4m3fn),
]
calls = [0]


def standardise(x):
    calls[0] += 1
    return ANSWERS[calls[0] % len(ANSWERS)](x)


class Affine(torch.nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = torch.nn.Parameter(torch.ones(d)), torch.nn.Parameter(torch.zeros(d))

    def forward(self, x):
        calls[0] += 1
        return ANSWERS[calls[0] % len(ANSWERS)](x.detach())
