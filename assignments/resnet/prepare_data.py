"""Make the images of the assignment `resnet` from the digits inside the PyPI package `scikit-learn`.

    pip download --no-deps scikit-learn==1.7.2
    python assignments/resnet/prepare_data.py scikit_learn-1.7.2-*.whl

Writes data/digits.npz (the first 1347, shipped) and tests/hidden/data/heldout.npz (the last 450, never shipped). Only
the data file in the wheel is read; the package is not installed. Running it again writes the same arrays.
"""

from __future__ import annotations

import gzip
import sys
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
INSIDE = "sklearn/datasets/data/digits.csv.gz"
IMAGES, TRAIN = 1797, 1347


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as package:
        text = gzip.decompress(package.read(INSIDE)).decode("ascii")
    table = np.array([[float(cell) for cell in line.split(",")] for line in text.splitlines()]).astype(np.uint8)
    if table.shape != (IMAGES, 65):
        raise SystemExit(f"{INSIDE} holds a table {table.shape}, expected {(IMAGES, 65)}.")
    images, labels = table[:, :64].reshape(-1, 8, 8), table[:, 64]
    parts = {HERE / "data" / "digits.npz": slice(0, TRAIN)}
    parts[HERE / "tests" / "hidden" / "data" / "heldout.npz"] = slice(TRAIN, IMAGES)
    for path, part in parts.items():
        np.savez_compressed(path, images=images[part], labels=labels[part])
        print(f"{path.relative_to(HERE)}: {len(images[part])} digits, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
