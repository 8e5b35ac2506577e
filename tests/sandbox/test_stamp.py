"""The stamp that tells whether an image was made from these sources."""

import shutil
from pathlib import Path

import autograder
from autograder.sandbox import stamp as module
from autograder.sandbox.stamp import stamp


def copied(tmp_path: Path, monkeypatch) -> Path:
    """A copy of the package, whose stamp is the one asked for from now on."""
    package = tmp_path / "autograder"
    shutil.copytree(Path(autograder.__file__).parent, package)
    monkeypatch.setattr(module, "_PACKAGE", package)
    return package


def test_a_copy_elsewhere_has_the_same_stamp(tmp_path, monkeypatch):
    """Where the kit lies, and what was compiled beside it, is no part of the stamp."""
    ours = stamp()
    package = copied(tmp_path, monkeypatch)
    (package / "child" / "__pycache__" / "other.pyc").parent.mkdir(exist_ok=True)
    (package / "child" / "__pycache__" / "other.pyc").write_bytes(b"compiled")
    assert stamp() == ours
    assert len(ours) == 16


def test_a_change_of_the_child_or_the_protocol_changes_the_stamp(tmp_path, monkeypatch):
    """A line in either is another stamp; a line in the parent's part is none."""
    ours = stamp()
    package = copied(tmp_path, monkeypatch)
    (package / "sandbox" / "faults.py").write_text("# another\n")
    assert stamp() == ours
    for part in ("child/serve.py", "sandbox/protocol/frames.py"):
        before = stamp()
        file = package / part
        file.write_text(file.read_text() + "\n# another line\n")
        assert stamp() != before


def test_a_file_that_was_renamed_changes_the_stamp(tmp_path, monkeypatch):
    """Names count as contents do."""
    package = copied(tmp_path, monkeypatch)
    before = stamp()
    (package / "child" / "tree.py").rename(package / "child" / "trees.py")
    assert stamp() != before
