"""Write the held-out dates of the hidden test, and the weights that are broken on purpose.

    python assignments/transformer/prepare_data.py

tests/hidden/data/dates.txt: first line, the size of the source vocabulary; then one date a line: the ids of its words, a
tab, the date. submissions/artifacts/*.safetensors: an untrained model of width 8, and what can be wrong with a file of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from safetensors.torch import save_file

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent.parent / "solutions" / "transformer"), str(HERE)]

import scaffold  # noqa: E402
import torch  # noqa: E402
import transformer  # noqa: E402

COUNT, SEED = 96, 20260314


def main() -> None:
    held_out_dates()
    broken_weights()


def broken_weights() -> None:
    torch.manual_seed(SEED)
    sizes = {"d_model": 8, "heads": 2, "layers": 1, "d_ff": 8}
    weights = transformer.Transformer(len(scaffold.SOURCE_VOCABULARY), 14, **sizes).state_dict()
    said = {name: str(size) for name, size in sizes.items()} | {"norm": "pre"}
    files = {
        "untrained": (weights, said),
        "nan": (weights | {"output.bias": torch.full((14,), float("nan"))}, said),
        "resized": (weights, said | {"d_model": "16"}),
        "renamed": ({name.replace("_proj", ".W"): value for name, value in weights.items()}, said),
        "post": ({name: value for name, value in weights.items() if "coder_norm" not in name}, said),
        "sizeless": (weights, {}),
    }
    for name, (tensors, metadata) in files.items():
        save_file(tensors, str(HERE / "submissions" / "artifacts" / f"{name}.safetensors"), metadata=metadata)


def held_out_dates() -> None:
    dates = scaffold.draw_dates(COUNT, torch.Generator().manual_seed(SEED), held_out=True)
    lines = [str(len(scaffold.SOURCE_VOCABULARY))]
    for place, date in enumerate(dates):
        ids = scaffold.encode_words([scaffold.in_words(date, place % scaffold.STYLES)])[0].tolist()
        lines.append(f"{' '.join(map(str, ids))}\t{date.isoformat()}")
    path = HERE / "tests" / "hidden" / "data" / "dates.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
