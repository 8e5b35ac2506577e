"""Every attack on every backend that works here: it gains nothing, nobody else loses, and nothing is left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.attacks.attack import Attack, corpus
from tests.attacks.backends import NAMES, obstacle
from tests.attacks.ground import Ground
from tests.attacks.soak import soak

ATTACKS = {attack.name: attack for attack in corpus()}
_MARKS = {"docker": pytest.mark.docker, "bubblewrap": pytest.mark.bubblewrap, "uid": pytest.mark.uid}


@pytest.fixture(scope="module", params=[pytest.param(name, marks=_MARKS.get(name, ())) for name in NAMES])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    name = request.param
    reason = obstacle(name)
    if reason is not None and name == "docker" and os.environ.get("GRADUS_NEEDS_DOCKER"):
        pytest.fail(f"Docker is needed here, and cannot be used: {reason}")
    if reason is not None:
        pytest.skip(f"{name}: {reason}")
    with Ground(open_folder(tmp_path_factory.mktemp(name)), name) as ground:
        yield ground


def open_folder(folder: Path) -> Path:
    """`folder`, which anybody may walk through: what is private in it is closed by itself, as on a real machine."""
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_gains_nothing_and_costs_nobody_anything(ground: Ground, attack: Attack) -> None:
    if ground.name == "process" and attack.process != "held":
        pytest.skip(f"the backend `process` does not promise to hold this one ({attack.process})")
    if ground.name == "docker" and attack.process == "held" and not os.environ.get("GRADUS_ALL_ATTACKS"):
        pytest.skip(
            "held without a boundary, so the other backends show it; ci/docker-test runs it in a container, too"
        )
    outcome = ground.run(attack)
    assert outcome.findings == []


@pytest.mark.slow
def test_many_in_a_row_leave_nothing_and_the_grader_does_not_grow(ground: Ground) -> None:
    """A third of them is hostile. `python -m tests.attacks.soak BACKEND 500` is the same, for longer."""
    soaked = soak(ground, 45)
    assert soaked.left == []
    assert soaked.wrong == {}
    assert soaked.files_after <= soaked.files_before + 2
    assert soaked.rss_after - soaked.rss_before < 64 * 1024


SEEN = {
    "read_by_path": "result.json holds the secret of the tests",
    "read_by_proc": "the output holds the secret of the environment",
    "results_overwritten": "changed results/alice/result.json",
    "left_for_the_next": "left behind: the file /tmp/",
    "network": "reached TCP",
    "traced": "it a trace of",
}


@pytest.mark.slow
def test_the_ground_sees_what_an_attack_achieves(tmp_path: Path) -> None:
    """Where there is no boundary, every kind of success is found: that nothing is found elsewhere says something."""
    with Ground(open_folder(tmp_path), "process") as ground:
        for name, finding in SEEN.items():
            assert any(found.startswith(finding) for found in ground.run(ATTACKS[name]).findings), name
        worth_less = replace(ATTACKS["told_in_messages"], lines={**ATTACKS["told_in_messages"].lines, "score": "1"})
        assert "it loses 1.0 points of its honest part" in ground.run(worth_less).findings
        wrong = replace(ATTACKS["segfault"], lines={**ATTACKS["segfault"].lines, "score": "39", "verdict": "FAIL"})
        assert ground.run(wrong).findings == [
            "it gains 1.0 points",
            "the verdicts are CRASH, NOT_ATTEMPTED, SKIPPED, not FAIL",
        ]


def test_the_corpus_is_large_and_says_what_it_tries() -> None:
    assert len(ATTACKS) >= 50
    assert all(attack.lines["tries"] and attack.lines["must"] for attack in ATTACKS.values())
