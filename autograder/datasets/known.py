"""The archives that are known, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Archive:
    """Images of 3×32×32 bytes in records of fixed length, each after the bytes of its labels."""

    name: str
    file: str
    page: str
    size: int
    """Bytes of the file."""
    sha256: str
    train: tuple[str, ...]
    """Members, in order."""
    test: tuple[str, ...]
    labels: tuple[str, ...]
    """One byte each, in front of every image; the last is the class."""
    classes: int
    images: tuple[int, int]
    """How many of `train` and of `test`."""


# The binary versions: unlike the others they hold no pickles. Sizes and MD5 (c32a1d4a…, 03b5dce0…) stand on the page;
# the SHA-256 are those of the files with these MD5.
_PAGE = "https://www.cs.toronto.edu/~kriz/cifar.html"
ARCHIVES = {
    "cifar10": Archive(
        name="cifar10",
        file="cifar-10-binary.tar.gz",
        page=_PAGE,
        size=170_052_171,
        sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        train=tuple(f"cifar-10-batches-bin/data_batch_{number}.bin" for number in range(1, 6)),
        test=("cifar-10-batches-bin/test_batch.bin",),
        labels=("label",),
        classes=10,
        images=(50_000, 10_000),
    ),
    "cifar100": Archive(
        name="cifar100",
        file="cifar-100-binary.tar.gz",
        page=_PAGE,
        size=168_513_733,
        sha256="58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        train=("cifar-100-binary/train.bin",),
        test=("cifar-100-binary/test.bin",),
        labels=("coarse", "label"),
        classes=100,
        images=(50_000, 10_000),
    ),
}
