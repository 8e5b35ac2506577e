"""User numbers for children: nobody's, and nobody else's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.sandbox.backends import account
from autograder.sandbox.backends.account import Account, processes_of
from autograder.sandbox.faults import GraderFault


def few(monkeypatch: pytest.MonkeyPatch, first: int, last: int) -> None:
    monkeypatch.setattr(account, "_FIRST", first)
    monkeypatch.setattr(account, "_LAST", last)
    monkeypatch.setattr(account, "_TRIES", last - first)


def test_no_two_have_the_same_number_and_a_closed_one_is_free(monkeypatch):
    """Three numbers for three; the fourth finds none, until one is given back."""
    few(monkeypatch, 64_000, 64_006)
    held = [Account() for _ in range(3)]
    assert {one.uid for one in held} == {64_000, 64_002, 64_004}
    with pytest.raises(GraderFault, match=r"^no free user number was found between 64000 and 64006$"):
        Account()
    held[1].close()
    assert Account().uid == held[1].uid


def test_not_one_of_another_grader(monkeypatch):
    """A claim is known to every process, and goes with the one that made it."""
    few(monkeypatch, 64_010, 64_011)
    source = (
        "from autograder.sandbox.backends import account\n"
        "account._FIRST, account._LAST, account._TRIES = 64_010, 64_011, 1\n"
        "held = account.Account()\nprint(held.uid, flush=True)\ninput()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "64010\n"
        with pytest.raises(GraderFault):
            Account()
        other.kill()
        other.wait()
    assert Account().uid == 64_010


def test_not_one_of_a_user_that_exists(monkeypatch):
    """Root, say."""
    few(monkeypatch, 0, 1)
    with pytest.raises(GraderFault):
        Account()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_not_one_whose_processes_run(monkeypatch):
    """Even when the process does not let itself be looked at."""
    few(monkeypatch, 64_020, 64_021)
    source = "import ctypes, os\nos.setresuid(64020, 64020, 64020)\nctypes.CDLL(None).prctl(4, 0)\nprint(1, flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/"
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "1\n"
        assert processes_of(64_020) == [other.pid]
        with pytest.raises(GraderFault):
            Account()
        other.kill()


def test_one_that_meets_nobody_asks_only_other_graders(monkeypatch):
    """In a container, processes of this machine do not matter; that no other grader has the number does."""
    monkeypatch.setattr(account, "processes_of", lambda uid: [1])
    one, other = account.Account(met=False), account.Account(met=False)
    assert one.uid != other.uid
    one.close()
    other.close()
    with pytest.raises(GraderFault, match="no free user number"):
        account.Account()
