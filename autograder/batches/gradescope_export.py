"""What Gradescope's "Export Submissions" holds: a folder a submission, and a file that says whose they are.

The export is a zip, or the folder that it was unpacked to. What stands in it was written by students: names and sizes are not
believed, and a submission that cannot be taken out is told and stops no other.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.batches.class_folder import is_submission
from autograder.batches.gradescope_metadata import NAME, Submitted, read_metadata
from autograder.course.findings import CourseError
from autograder.gradebook.packing import MAX_MB
from autograder.grading.archive import MAX_FILES, shown

MAX_METADATA_MB = 256
_FULL = (errno.ENOSPC, errno.EDQUOT)
_BAD_ZIP = (zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError, EOFError, struct.error, zlib.error)


@dataclass
class Export:
    """An export of one assignment. `unpack` fills `paths` and `broken`."""

    place: Path
    submissions: list[Submitted]
    members: dict[str, list[tuple[zipfile.ZipInfo, PurePosixPath]]] = field(default_factory=dict)
    """Submission → its entries in the zip, and where in the submission they stand. Empty for a folder."""
    paths: dict[str, Path] = field(default_factory=dict)
    """Submission → where its files lie."""
    broken: dict[str, str] = field(default_factory=dict)
    """Submission → why it cannot be taken."""
    strays: list[str] = field(default_factory=list)
    """What belongs to nobody, as it may be printed."""

    @property
    def bytes(self) -> int:
        """How large the zip says that its submissions are."""
        entries = (entries for name, entries in self.members.items() if name not in self.broken)
        return sum(info.file_size for one in entries for info, _ in one)


def read_export(place: Path) -> Export:
    """The export at `place`, a zip or a folder; nothing is unpacked yet. Raises CourseError."""
    try:
        return _folder(place) if place.is_dir() else _zip(place)
    except _BAD_ZIP as error:
        raise CourseError(f"{place} is no zip that can be read ({error}). Export the submissions again.") from error
    except OSError as error:
        raise CourseError(f"{place} cannot be read ({error.strerror}). Look at the path and its permissions.") from error


def unpack(export: Export, work: Path, advance: Callable[[], None] = lambda: None) -> None:
    """Put the files of every submission below the empty folder `work`; `advance` is called after each.

    Raises CourseError when there is no room for all of them: nothing is unpacked then.
    """
    if export.place.is_dir():
        return
    free = shutil.disk_usage(work).free
    if export.bytes > free:
        raise CourseError(
            f"{export.place} holds {export.bytes >> 20} MB, and {work} has room for {free >> 20} MB. "
            "Make room, or name another place with TMPDIR."
        )
    with zipfile.ZipFile(export.place) as archive:
        for number, (name, entries) in enumerate(export.members.items()):
            if name not in export.broken:
                _take_out(archive, export, name, entries, work / str(number))
            advance()


def _take_out(
    archive: zipfile.ZipFile,
    export: Export,
    name: str,
    entries: Iterable[tuple[zipfile.ZipInfo, PurePosixPath]],
    place: Path,
) -> None:
    target, left = place / name, MAX_MB * 2**20
    place.mkdir()
    try:
        for info, inner in entries:
            left -= _copy(archive, info, target / inner, left)
    except OSError as error:
        if error.errno in _FULL:
            raise
        export.broken[name] = f"a file cannot be unpacked ({error.strerror or error})."
    except _BAD_ZIP as error:
        export.broken[name] = f"it is damaged ({error})."
    else:
        export.paths[name] = target


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as file:
        data = file.read(min(info.file_size, left) + 1)  # the size that it says is anybody's word
    if len(data) > min(info.file_size, left):
        raise ValueError(f"{shown(info.filename)} is larger than it says, or than {MAX_MB} MB")
    with target.open("xb") as copy:  # an entry that stands there twice is refused, not written over
        copy.write(data)
    return len(data)


def _zip(place: Path) -> Export:
    with zipfile.ZipFile(place) as archive:
        infos = archive.infolist()
        files = [(info, PurePosixPath(info.filename.replace("\\", "/"))) for info in infos if not info.is_dir()]
        about = [(info, path) for info, path in files if path.name == NAME and "__MACOSX" not in path.parts]
        if not about:
            raise _no_metadata(place)
        info, where = min(about, key=lambda one: len(one[1].parts))
        _only(place, where.parts, {path.parts[0] for _, path in files})
        with archive.open(info) as file:
            data = file.read(MAX_METADATA_MB * 2**20 + 1)
    if len(data) > MAX_METADATA_MB * 2**20:
        raise CourseError(f"{NAME} in {place} is larger than {MAX_METADATA_MB} MB. Is this an export of Gradescope?")
    export = Export(place, read_metadata(data))
    export.members = {one.folder: [] for one in export.submissions}
    for info, path in files:
        if path != where:
            _sort_in(export, info, path, where.parent.parts)
    for name, entries in export.members.items():
        if not entries:
            export.broken.setdefault(name, "its files are not in the export.")
        elif sum(entry.file_size for entry, _ in entries) > MAX_MB * 2**20:
            export.broken.setdefault(name, f"it has more than {MAX_MB} MB.")
    return export


def _only(place: Path, where: tuple[str, ...], beside: Iterable[str]) -> None:
    """The file that says whose everything is stands at the top, or in the one folder there: elsewhere a student may have put it."""
    others = {name for name in beside if is_submission(name) and name not in ("/", "..")} - {where[0]}
    if len(where) > 2 or (len(where) == 2 and others):
        raise _no_metadata(place)


def _sort_in(export: Export, info: zipfile.ZipInfo, path: PurePosixPath, root: tuple[str, ...]) -> None:
    name = unicodedata.normalize("NFC", path.parts[len(root)]) if len(path.parts) > len(root) else ""
    if path.parts[: len(root)] != root or name not in export.members:
        if all(is_submission(part) for part in path.parts):
            export.strays.append(shown(str(path)))
        return
    inner = PurePosixPath(*path.parts[len(root) + 1 :])
    if path.is_absolute() or ".." in path.parts:
        export.broken[name] = f"an entry points outside of it ({shown(str(inner))})."
    elif stat.S_ISLNK(info.external_attr >> 16):
        export.broken[name] = f"{shown(str(inner))} is a symbolic link."
    elif len(export.members[name]) == MAX_FILES:
        export.broken[name] = f"it has more than {MAX_FILES} files."
    else:
        export.members[name].append((info, inner))


def _folder(place: Path) -> Export:
    about = [path for path in (place / NAME, *sorted(place.glob(f"*/{NAME}"))) if path.is_file()]
    if not about:
        raise _no_metadata(place)
    root = about[0].parent
    _only(place, about[0].relative_to(place).parts, os.listdir(place))
    export = Export(place, read_metadata(about[0].read_bytes()))
    there = {unicodedata.normalize("NFC", name): root / name for name in os.listdir(root) if is_submission(name)}
    for one in export.submissions:
        path = there.pop(one.folder, None)
        if path is None:
            export.broken[one.folder] = "its files are not in the export."
        elif path.is_symlink():
            export.broken[one.folder] = "it is a symbolic link."
        else:
            export.paths[one.folder] = path
    export.strays = sorted(shown(name) for name in there if name != NAME)
    return export


def _no_metadata(place: Path) -> CourseError:
    return CourseError(
        f"{place} has no {NAME}, so nobody knows whose submissions these are. "
        'Take what "Export Submissions" of a programming assignment gives, the whole zip.'
    )
