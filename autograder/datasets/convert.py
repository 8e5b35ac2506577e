"""From an archive to one file of tensors. Nothing is unpacked to the disk, and no code of the archive runs."""

from __future__ import annotations

import hashlib
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from autograder.course.findings import CourseError, Findings
from autograder.datasets.known import ARCHIVES, Archive

if TYPE_CHECKING:
    import numpy as np

SHAPE = (3, 32, 32)
_BLOCK = 2**20


def convert(archive: Archive, path: Path, out: Path, advance: Callable[[int], None] = lambda count: None) -> None:
    """Check the archive at `path` and write `out`, a safetensors file.

    It holds `train_images` and `test_images`, uint8[N,3,32,32] with values 0 … 255, `train_labels` and `test_labels`,
    int64[N], and in its metadata where they come from. `advance` is told how many bytes have been checked. Raises
    CourseError when the file is another one, or `out` is there already; a file that is there is never written over.
    """
    if out.exists():
        _refuse(out, "it is there already.", "Delete it, or name another file with --out.")
    if not out.parent.is_dir():
        _refuse(out, "its folder is not there.", f"Make it: mkdir -p {out.parent}")
    check(archive, path, advance)
    tensors = _read(archive, path)
    _write(out, tensors, {"dataset": archive.name, "sha256": archive.sha256, "source": archive.page})


def check(archive: Archive, path: Path, advance: Callable[[int], None] = lambda count: None) -> None:
    """Raise CourseError unless `path` is the archive, byte for byte."""
    if not path.is_file():
        fact = "it is a folder." if path.is_dir() else "there is no such file."
        _refuse(path, fact, f"Download {archive.file} from {archive.page} and name it with --path.")
    size = path.stat().st_size
    if size != archive.size:
        fact = f"it has {size:,} bytes, and {archive.file} has {archive.size:,}."
        _refuse(path, fact, _other(archive, size) or "Download it again: it is another file, or a part of it.")
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
            advance(len(block))
    if found.hexdigest() != archive.sha256:
        fact = f"its SHA-256 is {found.hexdigest()}, and that of {archive.file} is {archive.sha256}."
        _refuse(path, fact, "Download it again: some bytes have changed on the way.")


def _other(archive: Archive, size: int) -> str:
    """What to do when it is another archive that is known."""
    for other in ARCHIVES.values():
        if other.size == size and other is not archive:
            return f"It looks like {other.file}: `gradus data {other.name} --path …`"
    return ""


def _read(archive: Archive, path: Path) -> dict[str, np.ndarray]:
    import numpy as np

    found = {}
    try:
        with tarfile.open(path, "r:gz") as tar:
            for part, members, count in zip(
                ("train", "test"), (archive.train, archive.test), archive.images, strict=True
            ):
                rows = np.concatenate([_records(archive, tar, member) for member in members])
                if len(rows) != count:
                    _refuse(path, f"it holds {len(rows):,} images to {part}, and {count:,} are expected.", "")
                labels = rows[:, len(archive.labels) - 1].astype(np.int64)
                if labels.max() >= archive.classes:
                    _refuse(path, f"it holds a label {labels.max()}, and there are {archive.classes} classes.", "")
                found[f"{part}_images"] = np.ascontiguousarray(rows[:, len(archive.labels) :]).reshape(-1, *SHAPE)
                found[f"{part}_labels"] = labels
    except (tarfile.TarError, EOFError, zlib.error, KeyError) as error:
        _refuse(path, f"it cannot be read as {archive.file}: {error}", "Download it again.")
    return found


def _records(archive: Archive, tar: tarfile.TarFile, member: str) -> np.ndarray:
    """The records of one member: uint8[N, labels + 3·32·32]."""
    import numpy as np

    file = tar.extractfile(member)
    if file is None:
        raise KeyError(f"{member} is no file")
    length = len(archive.labels) + SHAPE[0] * SHAPE[1] * SHAPE[2]
    data = file.read(length * archive.images[0] + 1)
    if len(data) % length:
        raise EOFError(f"{member} does not end with a record")
    return np.frombuffer(data, np.uint8).reshape(-1, length)


def _write(out: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Written under another name first: `out` is whole or not there."""
    from safetensors.numpy import save_file

    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    os.close(handle)
    try:
        save_file(tensors, name, metadata)
        os.chmod(name, 0o644)
        os.replace(name, out)
    except BaseException:
        os.unlink(name)
        raise


def _refuse(path: Path, fact: str, step: str) -> NoReturn:
    findings = Findings()
    findings.add(str(path), None, fact, step)
    raise CourseError(findings.items)
