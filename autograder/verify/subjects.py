"""The submissions that an assignment is proven with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.course.known import KnownSubmission
from autograder.course.verdict import Verdict

Kind = Literal["solution", "template", "correct", "mistakes", "slow", "unstable", "hostile"]
DEFAULT_SEEDS = 5


@dataclass(frozen=True)
class Subject:
    """One submission under one seed. Pickles small: workers read the rest from disk."""

    kind: Kind
    name: str
    seed: int

    @property
    def id(self) -> str:
        return self.name if self.kind in ("solution", "template") else f"{self.kind}/{self.name}"


def subjects_of(known: list[KnownSubmission], seeds: int, first_seed: int) -> list[Subject]:
    """Solution, variants and what is too slow under every seed, the others under the first.

    Each seed is one session of every timing. What takes longest comes first.
    """
    order = [Subject(one.kind, one.name, first_seed) for one in known if one.kind == "hostile"]
    for seed in range(first_seed, first_seed + seeds):
        order += [Subject("slow", one.name, seed) for one in known if one.kind == "slow"]
        order.append(Subject("solution", "solution", seed))
        order += [Subject("correct", one.name, seed) for one in known if one.kind == "correct"]
    order.append(Subject("template", "template", first_seed))
    order += [Subject(one.kind, one.name, first_seed) for one in known if one.kind in ("mistakes", "unstable")]
    return order


def expected_losses(known: KnownSubmission) -> dict[str, Verdict | None]:
    """Criterion → the verdict it must end with; None for any that earns nothing."""
    by_kind = {"unstable": Verdict.UNSTABLE}
    return {criterion: known.verdict or by_kind.get(known.kind) for criterion in known.loses}
