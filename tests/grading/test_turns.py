"""Many together or one alone, between processes; whoever waits for the room gets it, and nobody's death blocks it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

from autograder.grading.turns import Turns


def _stay(folder: Path, kind: str, inside: str) -> None:
    with getattr(Turns(folder), kind)():
        (folder / inside).touch()
        time.sleep(600)


def _inside(folder: Path, kind: str, name: str) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=_stay, args=(folder, kind, name), daemon=True)
    process.start()
    while not (folder / name).exists():
        time.sleep(0.01)
    return process


def test_many_come_together_and_nobody_beside_one_alone(tmp_path: Path) -> None:
    turns = Turns(tmp_path)
    other = _inside(tmp_path, "together", "other")
    with turns.together():
        pass
    entered: list[str] = []
    waiting = threading.Thread(target=lambda: _enter_alone(turns, entered))
    waiting.start()
    time.sleep(0.3)
    assert entered == []  # the other one is still inside
    late = threading.Thread(target=lambda: _enter_together(turns, entered))
    late.start()
    time.sleep(0.3)
    assert entered == []  # whoever comes later does not pass the one that waits to be alone
    assert other.pid
    os.kill(other.pid, signal.SIGKILL)  # the room is left also by dying
    waiting.join(10)
    late.join(10)
    assert entered == ["alone", "together"]


def _enter_alone(turns: Turns, entered: list[str]) -> None:
    with turns.alone():
        entered.append("alone")
        time.sleep(0.2)


def _enter_together(turns: Turns, entered: list[str]) -> None:
    with turns.together():
        entered.append("together")


def test_without_a_folder_nobody_waits() -> None:
    with Turns().alone(), Turns().together(), Turns().alone():
        pass
