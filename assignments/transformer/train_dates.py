"""Train the answer key's date translator and write assignments/transformer/artifacts/dates.safetensors.

    python assignments/transformer/train_dates.py [more]

One thread, seeds fixed: the same machine writes the same weights again. With `more` the other sizes and norms that
docs/artifacts.md reports are trained as well; they write nothing. Prints the share of held-out dates without an error.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import torch

HERE = Path(__file__).parent
COURSE = HERE.parent.parent
sys.path[:0] = [str(COURSE / "solutions" / "transformer"), str(HERE)]

import scaffold  # noqa: E402
import transformer  # noqa: E402

STEPS, SEED = 700, 1
KEY = {"d_model": 64, "heads": 4, "layers": 2, "d_ff": 128, "norm": "pre"}
MORE = [KEY | {"norm": "post"}, KEY | {"heads": 1}, KEY | {"layers": 1}, KEY | {"d_model": 32, "d_ff": 64}]


def trained(sizes: dict[str, int | str]) -> torch.nn.Module:
    torch.manual_seed(SEED)
    model = transformer.Transformer(len(scaffold.SOURCE_VOCABULARY), 14, **sizes)
    start = time.perf_counter()
    losses = scaffold.train(model, steps=STEPS, seed=SEED)
    took = time.perf_counter() - start
    share, wrong = scaffold.exact_match(model, transformer.greedy_decode, count=2000)
    count = sum(p.numel() for p in model.parameters())
    print(
        f"{sizes}: {count} parameters, {len(losses)} steps in {took:.0f} s, last {losses[-1]:.5f}; held out {share:.2%}"
    )
    for example in wrong[:3]:
        print("   ", *example, sep="  ")
    return model


def main() -> None:
    torch.set_num_threads(1)
    model = trained(KEY)
    scaffold.save_weights(model, HERE / "artifacts" / "dates.safetensors", **KEY)
    if "more" in sys.argv[1:]:
        for sizes in MORE:
            trained(sizes)


if __name__ == "__main__":
    main()
