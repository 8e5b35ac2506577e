"""The peak of a process's memory, from outside, and how it is told that it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autograder.course.models import Limits
from autograder.sandbox import peak
from autograder.sandbox.backend import open_backend
from autograder.sandbox.faults import GraderFault
from autograder.sandbox.protocol import Ref
from autograder.sandbox.submission import Cell, SubmissionPeer

MEGABYTE = 2**20
SOURCE = """
import os, torch
def take(megabytes):
    return float(torch.zeros(megabytes * 2**18).sum())
def spin():
    import time
    if os.fork() == 0:
        while time.process_time() < 0.1:
            pass
        os._exit(0)
    os.wait()
def between():
    q = torch.ones(2048, 32)
    return float(torch.cat([(part[:, None] * q[None]).sum(-1) for part in q.split(16)]).sum())
def leave():
    if os.fork() == 0:
        import time
        time.sleep(30)
def take_and_forget(megabytes):
    take(megabytes)
    import ctypes
    ctypes.CDLL(None).prctl(4, 1)
    try:
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")
    except PermissionError:
        return "refused"
    return "forgotten"
"""


@pytest.fixture(params=["process", "bubblewrap"])
def child(request: pytest.FixtureRequest) -> Iterator[SubmissionPeer]:
    if request.param == "bubblewrap":
        from autograder.sandbox.backends.bubblewrap import obstacle

        if (reason := obstacle(private=(), gpu=False)) is not None:
            pytest.skip(reason)
    backend = open_backend(request.param, trusted=True)
    place = backend.open(Limits())
    one = SubmissionPeer(place, (Cell("cell 1", SOURCE),), Limits())
    yield one
    one.close()
    place.close()
    backend.close()


def call(child: SubmissionPeer, name: str, *args: object) -> object:
    options = {"dtype": torch.float32, "default_dtype": torch.float32}
    return child.request("call", {"target": Ref(None, name), "args": args, "kwargs": {}, **options})


def test_what_a_call_takes_and_gives_back_is_seen(child):
    """Once for each rest, though the allocator keeps what it has: that is given back first."""
    call(child, "take", 1)
    for megabytes in (64, 16, 128):
        held = child.rest()
        call(child, "take", megabytes)
        assert megabytes - 2 < (child.peak() - held) / MEGABYTE < megabytes + 4


@pytest.mark.parametrize("child", ["bubblewrap"], indirect=True)
def test_a_child_that_is_locked_in_cannot_make_the_kernel_forget(child):
    """It would take what it likes, and have taken nothing."""
    call(child, "take", 1)
    held = child.rest()
    assert call(child, "take_and_forget", 64) == "refused"
    assert (child.peak() - held) / MEGABYTE > 62


@pytest.mark.parametrize("child", ["process"], indirect=True)
def test_a_child_that_is_not_locked_in_can(child):
    """So that the test above can fail."""
    call(child, "take", 1)
    held = child.rest()
    assert call(child, "take_and_forget", 64) == "forgotten"
    assert (child.peak() - held) / MEGABYTE < 8


@pytest.mark.parametrize("child", ["bubblewrap"], indirect=True)
def test_a_grader_that_may_not_reset_measures_from_the_peak_so_far(child, monkeypatch: pytest.MonkeyPatch):
    """As one does that is not root; where that peak is much more than is held now, it cannot tell."""
    _not_allowed(monkeypatch)
    call(child, "take", 1)
    held = child.rest()
    call(child, "take", 64)
    assert 62 < (child.peak() - held) / MEGABYTE < 68
    with pytest.raises(GraderFault, match="VmHWM stays"):
        child.rest()


def _not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_text

    def refuse(path: Path, text: str) -> int:
        if path.name == "clear_refs":
            raise PermissionError(13, "Permission denied")
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", refuse)


@pytest.mark.parametrize("name", ["leave", "spin"])
def test_a_process_that_was_started_is_seen(child, name):
    """One that lives on, and one that is over and has worked."""
    call(child, "take", 1)
    assert not child.has_helpers()
    call(child, name)
    assert child.has_helpers()


def test_what_is_kept_between_large_tensors_does_not_keep_their_room(child):
    """32 MiB in use and 4 MiB for a moment, 128 times: a heap may find no hole large enough again, and hold 500."""
    for _ in range(4):
        held = child.rest()
        assert call(child, "between") == 2048 * 2048 * 32
        assert (child.peak() - held) / MEGABYTE < 128


@pytest.mark.parametrize(("hold", "kept"), [(False, 0), (True, 64)])
def test_memory_that_is_held_is_not_given_back(child, hold, kept):
    """What is timed does not depend on who gives memory back."""
    call(child, "take", 1)
    if hold:
        child.hold()
    before = child.rest()
    call(child, "take", 64)
    after = peak.reset_peak(child._ready().host_pid)
    assert kept - 4 < (after - before) / MEGABYTE < kept + 4


def test_a_process_that_is_not_there():
    for ask in (peak.reset_peak, peak.peak_of):
        with pytest.raises(GraderFault, match=r"^the peak of memory of process 0 cannot be (reset|read) here"):
            ask(0)
    with pytest.raises(GraderFault, match="process 0 cannot be seen from here"):
        peak.has_helpers(0)


def test_a_kernel_that_does_not_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What was taken before would count as the call's, and a larger call as nothing."""
    monkeypatch.setattr(peak, "_PROC", tmp_path)
    (tmp_path / "7").mkdir()
    status = tmp_path / "7" / "status"
    status.write_text("VmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n")
    with pytest.raises(GraderFault, match="VmHWM stays"):
        peak.reset_peak(7)
    status.write_text("VmHWM:\t  102500 kB\nVmRSS:\t  102400 kB\n")
    assert peak.reset_peak(7) == 102400 * 1024
    assert (tmp_path / "7" / "clear_refs").read_text() == "5"
    assert peak.peak_of(7) == 102500 * 1024
