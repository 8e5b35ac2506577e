"""`gradus data` with archives of the same layout, made here: the real ones are not ours to hand out."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from autograder.cli import run
from autograder.datasets import known
from autograder.datasets.known import ARCHIVES, Archive

COUNTS = (10, 4)


def images(count: int, start: int) -> np.ndarray:
    """uint8[count,3,32,32], every image another one."""
    return np.random.default_rng(start).integers(256, size=(count, 3, 32, 32), dtype=np.uint8)


def packed(archive: Archive) -> dict[str, bytes]:
    """Member → its bytes: labels 0, 1, …, before the channels of each image."""
    found = {}
    for part, members, count in zip((0, 1), (archive.train, archive.test), COUNTS, strict=True):
        pictures, labels = images(count, part), np.arange(count, dtype=np.uint8) % archive.classes
        rows = np.concatenate(
            [np.full((count, len(archive.labels) - 1), 7, np.uint8), labels[:, None], pictures.reshape(count, -1)],
            axis=1,
        )
        for member, piece in zip(members, np.array_split(rows, len(members)), strict=True):
            found[member] = piece.tobytes()
    return found


def write(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Path], None]:
    """Take a file for the archive of that name."""

    def take(name: str, path: Path) -> None:
        data = path.read_bytes()
        one = replace(ARCHIVES[name], size=len(data), sha256=hashlib.sha256(data).hexdigest(), images=COUNTS)
        monkeypatch.setitem(known.ARCHIVES, name, one)

    return take


@pytest.mark.parametrize("name", sorted(ARCHIVES))
def test_an_archive_becomes_tensors(name: str, tmp_path: Path, trust, capsys) -> None:
    path = write(tmp_path / "archive.tar.gz", packed(ARCHIVES[name]))
    trust(name, path)
    out = tmp_path / "data.safetensors"
    assert run(["data", name, "--path", str(path), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(out)
    found = load_file(out)
    for part, count in enumerate(COUNTS):
        kind = ("train", "test")[part]
        np.testing.assert_array_equal(found[f"{kind}_images"], images(count, part))
        assert found[f"{kind}_labels"].tolist() == list(range(count))
        assert found[f"{kind}_labels"].dtype == np.int64
    with safe_open(out, "numpy") as file:
        assert file.metadata()["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_said_when_it_worked(tmp_path: Path, trust, capsys, monkeypatch) -> None:
    path = write(tmp_path / "archive.tar.gz", packed(ARCHIVES["cifar10"]))
    trust("cifar10", path)
    monkeypatch.chdir(tmp_path)
    assert run(["data", "cifar10", "--path", "archive.tar.gz"]) == 0
    assert capsys.readouterr().out == "cifar10.safetensors: 10 images to train, 4 to test, 10 classes.\n"


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert run(["data", "cifar10", *options]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err.strip()


def test_a_file_that_is_not_there(tmp_path: Path, capsys) -> None:
    told = refused(capsys, "--path", str(tmp_path / "no.tar.gz"), "--out", str(tmp_path / "x"))
    assert told == (
        f"{tmp_path}/no.tar.gz: there is no such file. Download cifar-10-binary.tar.gz from "
        "https://www.cs.toronto.edu/~kriz/cifar.html and name it with --path."
    )


def test_a_folder(tmp_path: Path, capsys) -> None:
    assert "it is a folder." in refused(capsys, "--path", str(tmp_path), "--out", str(tmp_path / "x"))


def test_a_file_of_another_size(tmp_path: Path, capsys) -> None:
    (tmp_path / "part.tar.gz").write_bytes(b"half")
    told = refused(capsys, "--path", str(tmp_path / "part.tar.gz"), "--out", str(tmp_path / "x"))
    assert told == (
        f"{tmp_path}/part.tar.gz: it has 4 bytes, and cifar-10-binary.tar.gz has 170,052,171. Download it again: it is "
        "another file, or a part of it."
    )
    assert not (tmp_path / "x").exists()


def test_the_other_archive(tmp_path: Path, trust, capsys) -> None:
    path = write(tmp_path / "archive.tar.gz", packed(ARCHIVES["cifar100"]))
    trust("cifar100", path)
    told = refused(capsys, "--path", str(path), "--out", str(tmp_path / "x"))
    assert told.endswith("It looks like cifar-100-binary.tar.gz: `gradus data cifar100 --path …`")


def test_one_byte_that_changed(tmp_path: Path, trust, capsys) -> None:
    path = write(tmp_path / "archive.tar.gz", packed(ARCHIVES["cifar10"]))
    trust("cifar10", path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    told = refused(capsys, "--path", str(path), "--out", str(tmp_path / "x"))
    assert "its SHA-256 is " in told
    assert told.endswith("Download it again: some bytes have changed on the way.")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda members: members.popitem(), "it cannot be read as cifar-10-binary.tar.gz: "),
        (lambda members: members.update({ARCHIVES["cifar10"].test[0]: b"x" * 100}), "does not end with a record"),
        (lambda members: members.update({ARCHIVES["cifar10"].test[0]: b"\0" * 3073}), "it holds 1 images to test"),
        (lambda members: members.update({ARCHIVES["cifar10"].test[0]: b"\x0b" * 3073 * 4}), "it holds a label 11"),
    ],
)
def test_what_has_the_hash_and_not_the_layout(change, told: str, tmp_path: Path, trust, capsys) -> None:
    members = packed(ARCHIVES["cifar10"])
    change(members)
    path = write(tmp_path / "archive.tar.gz", members)
    trust("cifar10", path)
    assert told in refused(capsys, "--path", str(path), "--out", str(tmp_path / "x"))
    assert [file.name for file in tmp_path.iterdir()] == ["archive.tar.gz"]


def test_what_is_no_archive_at_all(tmp_path: Path, trust, capsys) -> None:
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(gzip.compress(b"nothing of it" * 99))
    trust("cifar10", path)
    assert "it cannot be read as" in refused(capsys, "--path", str(path), "--out", str(tmp_path / "x"))


def test_nothing_is_written_over(tmp_path: Path, trust, capsys) -> None:
    path = write(tmp_path / "archive.tar.gz", packed(ARCHIVES["cifar10"]))
    trust("cifar10", path)
    (tmp_path / "mine").write_text("precious")
    told = refused(capsys, "--path", str(path), "--out", str(tmp_path / "mine"))
    assert told == f"{tmp_path}/mine: it is there already. Delete it, or name another file with --out."
    assert (tmp_path / "mine").read_text() == "precious"


def test_a_folder_that_is_not_there(tmp_path: Path, capsys) -> None:
    told = refused(capsys, "--path", "archive.tar.gz", "--out", str(tmp_path / "no" / "x"))
    assert told == f"{tmp_path}/no/x: its folder is not there. Make it: mkdir -p {tmp_path}/no"
