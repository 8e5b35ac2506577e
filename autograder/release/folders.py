"""Generated folders: what differs from a release, and putting a release in their place."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.course.findings import Finding
from autograder.release.build import IGNORED, Files


def differences(folder: Path, files: Files, shown: str, slug: str) -> list[Finding]:
    """One finding for each file of `folder` that is missing, stale or not what `files` holds."""
    next_step = f"Run `gradus release {slug}`."
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if _counts(path, folder)}
    found = []
    for name in sorted(there | set(files)):
        file = f"{shown}/{name}"
        if name not in there:
            found.append(Finding(file, None, "the file is missing.", next_step, "missing"))
        elif name not in files:
            fact = "the source does not give this file."
            found.append(Finding(file, None, fact, f"{next_step} It will be removed.", "stale"))
        elif (folder / name).read_bytes() != files[name]:
            fact = "the file is not what the source gives."
            found.append(Finding(file, None, fact, next_step, "differs"))
    return found


def _counts(path: Path, folder: Path) -> bool:
    """Caches that running the solution leaves behind are nobody's business."""
    return (path.is_file() or path.is_symlink()) and not set(path.relative_to(folder).parts) & set(IGNORED)


def replace_folders(wanted: list[tuple[Path, Files]]) -> None:
    """Put each set of files in place of its folder. All are written before the first is swapped in."""
    for folder, files in wanted:
        _recover(folder)
        new = _new(folder)
        new.mkdir(parents=True)
        for name, data in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_bytes(data)
    for folder, _ in wanted:
        _swap(folder)


def _new(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.new")


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _recover(folder: Path) -> None:
    """Clear what an interrupted release left; the folder it had put aside comes back."""
    if _old(folder).exists():
        if folder.exists():
            shutil.rmtree(_old(folder))
        else:
            _old(folder).rename(folder)
    if _new(folder).exists():
        shutil.rmtree(_new(folder))


def _swap(folder: Path) -> None:
    if folder.exists():
        folder.rename(_old(folder))
    try:
        _new(folder).rename(folder)
    except OSError:
        if _old(folder).exists():
            _old(folder).rename(folder)
        raise
    if _old(folder).exists():
        shutil.rmtree(_old(folder))
