"""Trains the fixed weights of test_recall.py, on short sequences and with full attention; writes recall.npz beside that test.

    PYTHONPATH=. python assignments/efficient_attention/train_recall.py

One layer and one head: tokens x [N,D] give q = x query and k = x key; the symbol of a position gives its value; a
readout turns what is attended to into symbols. Takes a minute. Prints the accuracy at N = 256, and at N = 4096, where
the test uses it.
"""

import math
import sys
from pathlib import Path

import numpy as np
import torch

HIDDEN = Path(__file__).parent / "tests" / "hidden"
sys.path.insert(0, str(HIDDEN))

from test_recall import FAR, SYMBOLS, D, N, recall  # noqa: E402

SHORT, STEPS = 256, 800


def logits(weights, tokens, symbols, asked):
    """[n,SYMBOLS] of the positions that ask, with full attention."""
    q, k, v = tokens @ weights["query"], tokens @ weights["key"], weights["value"][symbols]
    return (q[asked] @ k.T / math.sqrt(D)).softmax(-1) @ v @ weights["readout"]


def accuracy(weights, length, seed):
    tokens, symbols, asked, found = recall(length, FAR, torch.Generator().manual_seed(seed))
    return float((logits(weights, tokens, symbols, asked).argmax(-1) == found).double().mean())


def main():
    chance = torch.Generator().manual_seed(0)
    weights = {
        "query": 8 * torch.eye(D),
        "key": 8 * torch.eye(D),
        "value": torch.randn(SYMBOLS + 1, D, generator=chance),
        "readout": torch.randn(D, SYMBOLS, generator=chance) / math.sqrt(D),
    }
    optimizer = torch.optim.Adam([w.requires_grad_() for w in weights.values()], lr=5e-3)
    for _ in range(STEPS):
        tokens, symbols, asked, found = recall(SHORT, FAR, chance)
        loss = torch.nn.functional.cross_entropy(logits(weights, tokens, symbols, asked), found)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    kept = {name: w.detach().numpy().astype(np.float16) for name, w in weights.items()}
    np.savez_compressed(HIDDEN / "data" / "recall.npz", **kept)
    read = {name: torch.from_numpy(w).float() for name, w in kept.items()}
    for length in (SHORT, N):
        print(f"N = {length}: accuracy {accuracy(read, length, 2025):.3f}")


if __name__ == "__main__":
    main()
