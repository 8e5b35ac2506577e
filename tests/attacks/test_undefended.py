"""Attacks are attacks: each of those that say what they do without a boundary does it to a grader that has none."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks import course as courses
from tests.attacks.attack import Attack, Places, corpus
from tests.attacks.ground import Service
from tests.attacks.left import left_since, look, marked_files, marked_processes, remove

BARE = {attack.name: attack for attack in corpus() if attack.bare}
RIGHT = "def standardise(x):\n    c = x - x.mean(-1, keepdim=True)\n    return c / ((c * c).mean(-1, keepdim=True) + 1e-5).sqrt()\n"
_SCRIPT = Path(__file__).parent / "undefended.py"


def grade(course: courses.Course, source: Path, secret: str) -> tuple[bytes, int | None]:
    """(what was said, the score or None where there is no result), by the grader without a boundary.

    One that stops without end has no result either.
    """
    result = course.results / "me.json"
    command = [sys.executable, str(_SCRIPT), str(source), str(result)]
    command.append(str(course.root / "assignments/scale/tests/hidden"))
    env = {**os.environ, "GRADER_TOKEN": secret, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False, cwd=course.base, env=env)
        said = done.stdout + done.stderr
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"") + (late.stderr or b"")
    score = json.loads(result.read_text())["score"] if result.exists() and result.stat().st_size else None
    result.unlink(missing_ok=True)
    return said, score


def effects(attack: Attack, folder: Path) -> set[str]:
    """What `attack` did to it, of EFFECTS."""
    course = courses.made(folder)
    mark = f"mk{secrets.token_hex(4)}"
    service = Service(course.secrets.service, folder / "service.sock", mark)
    kit = Path(courses.__file__).parents[2]
    hidden = course.root / "assignments/scale/tests/hidden"
    places = Places(course.root, hidden, course.results, kit, folder / "tmp", -1, service.port, mark)
    before = look(folder / "tmp")
    (folder / "in" / attack.name).mkdir()
    path = attack.hand_in(folder / "in" / attack.name, places)
    said, score = grade(course, path, course.secrets.environment)
    found = set()
    if score:
        found.add("gains")
    if score is None:
        found.add("ends")
    if course.secrets.found_in(said) or b"TOLD-" in said:
        found.add("leaks")
    if any(name.startswith("results/alice") for name in course.changed()):
        found.add("overwrites")
    if marked_processes(mark) or marked_files(mark, (Path("/tmp"), folder / "tmp")):
        found.add("outlives")
    if service.calls:
        found.add("reaches")
    for pid, _ in marked_processes(mark):
        os.kill(pid, 9)
    for file in marked_files(mark, tuple(map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")))):
        remove(file)
    for line in left_since(before, mark):
        if line.startswith("ipc:"):
            kind, number = line.split()[1:3]
            subprocess.run(["ipcrm", {"shm": "-m", "sem": "-s", "msg": "-q"}[kind], number], check=False)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("attack", BARE.values(), ids=BARE)
def test_an_attack_works_where_there_is_no_boundary(attack: Attack, tmp_path: Path) -> None:
    found = effects(attack, tmp_path)
    assert attack.bare <= found


@pytest.mark.slow
def test_a_right_answer_passes_there_and_zeros_do_not(tmp_path: Path) -> None:
    course = courses.made(tmp_path)
    for source, score in ((RIGHT, 6), ("def standardise(x):\n    return x * 0\n", 0)):
        (tmp_path / "honest.py").write_text(source)
        assert grade(course, tmp_path / "honest.py", "")[1] == score
