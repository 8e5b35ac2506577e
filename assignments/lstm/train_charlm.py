"""Train the answer key's character model and write assignments/lstm/artifacts/charlm.safetensors.

    python assignments/lstm/train_charlm.py

One thread, seeds fixed: the same machine writes the same weights again. Prints the losses, in nats per
character, next to those of the Witten-Bell n-gram models; docs/artifacts.md records them.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import torch

HERE = Path(__file__).parent
COURSE = HERE.parent.parent
sys.path[:0] = [str(COURSE), str(COURSE / "solutions" / "lstm"), str(HERE)]

import lstm  # noqa: E402
import scaffold  # noqa: E402

from autograder.checks.ngram import witten_bell_losses  # noqa: E402

SEED, HIDDEN, LAYERS, EPOCHS = 2024, 128, 1, 12


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    texts = {
        "train": HERE / "data" / "train.txt",
        "valid": HERE / "data" / "valid.txt",
        "held-out": HERE / "tests" / "hidden" / "data" / "heldout.txt",
    }
    texts = {name: path.read_text(encoding="ascii") for name, path in texts.items()}
    model = lstm.CharLM(len(scaffold.VOCABULARY), HIDDEN, LAYERS)
    start = time.perf_counter()
    losses = scaffold.train(model, lstm.truncated_bptt, texts["train"], epochs=EPOCHS)
    print(f"{len(losses)} chunks in {(time.perf_counter() - start) / 60:.1f} minutes; seed {SEED}")
    train = scaffold.encode(texts["train"]).numpy()
    for name in ("valid", "held-out"):
        text = scaffold.encode(texts[name]).numpy()
        ngrams = [witten_bell_losses(train, text, len(scaffold.VOCABULARY), n).mean() for n in (1, 2, 3, 4)]
        print(f"{name:9} model {scaffold.evaluate(model, texts[name]):.3f}", end=" · ")
        print("1- to 4-gram " + " / ".join(f"{loss:.3f}" for loss in ngrams))
    path = HERE / "artifacts" / "charlm.safetensors"
    scaffold.save_weights(model, path, hidden=HIDDEN, layers=LAYERS)


if __name__ == "__main__":
    main()
