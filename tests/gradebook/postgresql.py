"""A PostgreSQL server of the tests' own: Debian's, over a Unix socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30
_USER = "postgres"


class Unavailable(Exception):
    """No server can be had here; the message says why."""


def programs() -> Path:
    """The folder that holds `initdb` and `postgres`; Debian keeps them out of the PATH. Raises Unavailable."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    here = shutil.which("postgres")
    if not found and not here:
        raise Unavailable("PostgreSQL is not installed here: apt-get install postgresql.")
    return found[-1].parent if found else Path(here or "").parent


def unprivileged() -> dict[str, object]:
    """Arguments of subprocess that leave root, as which PostgreSQL refuses to run. Raises Unavailable."""
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam(_USER)
    except KeyError:
        raise Unavailable(f"PostgreSQL does not run as root, and there is no user {_USER} here.") from None
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def server(on: Path | None = None) -> Iterator[str]:
    """The address of an empty database, `postgresql://postgres@/postgres?host=…`; its server ends with the block.

    `on` is the folder, perhaps a small disk, in which all of it stands.
    """
    bin_, other = programs(), unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="gradus-pg-", dir=on))
    try:
        if other:
            shutil.chown(folder, _USER)
        call = [bin_ / "initdb", "--pgdata", folder / "data", "--username", _USER, "--auth", "trust", "--no-sync"]
        made = subprocess.run(call, cwd="/", capture_output=True, text=True, **other)  # type: ignore[call-overload]
        if made.returncode:
            raise Unavailable(f"initdb failed here: {made.stderr.strip()}")
        with _running(bin_, folder, other):
            yield f"postgresql://{_USER}@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(bin_: Path, folder: Path, other: dict[str, object]) -> Iterator[None]:
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off", "max_connections": 60}
    call = [bin_ / "postgres", "-D", folder / "data", *(f"--{name}={value}" for name, value in settings.items())]
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(call, cwd="/", stdout=log, stderr=log, **other)  # type: ignore[call-overload]
    try:
        _await(started, bin_, folder)
        yield
    finally:
        started.send_signal(signal.SIGQUIT)  # at once: nobody wants the data any more
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _await(started: subprocess.Popen[bytes], bin_: Path, folder: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and started.poll() is None:
        if subprocess.run([bin_ / "pg_isready", "--quiet", "--host", folder]).returncode == 0:
            return
        time.sleep(0.05)
    raise Unavailable(f"PostgreSQL does not start here: {(folder / 'log').read_text(errors='replace').strip()}")
