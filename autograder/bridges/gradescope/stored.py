"""Zips whose bytes depend on the files in them and on nothing else."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Collection, Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold."""


def stored_zip(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """The files (path → bytes) as a zip: sorted, of one time, stored as they are.

    Not compressed, because the bytes would then depend on the version of zlib.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix, on whatever machine this runs: modes are Unix's
            info.external_attr = (stat.S_IFREG | (0o755 if name in executable else 0o644)) << 16
            archive.writestr(info, files[name])
    return buffer.getvalue()
