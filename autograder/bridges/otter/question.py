"""One question of an otter notebook: its tests, criteria and files."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass, field

from autograder.bridges.conversion.body import Unconvertible
from autograder.bridges.conversion.case import Case
from autograder.bridges.conversion.tests import Asker, Converted
from autograder.bridges.otter.cases import Unclear, points_of
from autograder.bridges.otter.criteria import Worth, ta_criterion, test_criteria
from autograder.bridges.otter.grammar import MasterQuestion
from autograder.course.findings import Finding
from autograder.course.models import Criterion


@dataclass
class Taken:
    """What becomes of a question."""

    id: str
    title: str
    source: MasterQuestion
    place: str
    cases: list[Case] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    asks_values: bool = False
    overtaken: set[str] = field(default_factory=set)
    """Names that a later question defines anew: the graded module holds that one's."""

    @property
    def manual(self) -> bool:
        return bool(self.source.config.get("manual"))

    def note(self, fact: str, step: str = "", place: str = "") -> None:
        self.notes.append(Finding(place or self.place, None, fact, step))

    def finish(self, asker: Asker) -> None:
        """Fill in criteria and test files."""
        for key in ("check_cell", "export"):
            if key in self.source.config:
                self.note(f"the setting {key} speaks of otter's own cells and files, and is left out.")
        if self.manual or not self.cases:
            self._by_hand()
        self._public(asker)
        if not self.manual:
            self._hidden(asker)

    def _by_hand(self) -> None:
        points = self.source.config.get("points")
        has_some = isinstance(points, int | float) and 0 < points < math.inf
        number = float(points) if has_some else 1.0  # type: ignore[arg-type]
        if not has_some:
            self.note("it has no points, and a criterion needs some: it has 1 now.", "Set them in the rubric.")
        if not self.manual:
            self.note("it has no tests and is not manual: a TA marks it here.", "Write hidden tests, or leave it so.")
        elif self.cases:
            self.note("it is manual and has tests: a TA decides all its points; students keep the public tests.")
        self.criteria.append(ta_criterion(self.id, "answer", "The answer, read by a TA", number))

    def _public(self, asker: Asker) -> None:
        tests = []
        for number, case in enumerate(self.cases, start=1):
            if case.unknown:
                self.note(f"{', '.join(case.unknown)} of a test has no counterpart, and is left out.", place=case.place)
            if case.hidden:
                continue
            try:
                self._require_own_names(case)
                tests.append(asker.public(case, f"test_{number}", f"Test {number} of {self.title}"))
            except Unconvertible as problem:
                self.note(f"the public test {number} is not taken over: {problem}", problem.next_step, case.place)
        if tests:
            text = asker.file(f"Public tests of {self.id}.", tests, hidden=False)
            self.files[f"tests/public/test_{self.id}.py"] = text

    def _hidden(self, asker: Asker) -> None:
        """Every test that earns points decides a criterion; those that could not be converted leave theirs to a TA."""
        try:
            points = points_of(self.source.config.get("points"), self.cases)
        except Unclear as problem:
            self.note(f"{problem} Every test has 1 point now.", "Set them in the rubric.")
            points = [1.0] * len(self.cases)
        worths = [Worth(n, c.hidden, p) for n, (c, p) in enumerate(zip(self.cases, points, strict=True), start=1)]
        for worth in worths:
            if worth.points <= 0 and worth.hidden:
                fact = f"the hidden test {worth.number} has no points, and decides nothing: it is not taken over."
                self.note(fact, "Give it points in otter's notebook and import again.", self.cases[worth.number - 1].place)
        lost: list[Worth] = []
        counted = [worth for worth in worths if worth.points > 0]
        good = [worth for worth in counted if self._converts(asker, worth, lost)]
        tests: dict[bool, list[Converted]] = {False: [], True: []}
        for criterion, numbers in test_criteria(self.id, good, all_or_nothing=bool(self.source.config.get("all_or_nothing"))):
            self.criteria.append(criterion)
            for number in numbers:
                case = self.cases[number - 1]
                tests[case.hidden].append(self._converted(asker, case, number, criterion.id))
        if lost:
            title = "What tests that were not taken over asked for"
            self.criteria.append(ta_criterion(self.id, "by_hand", title, sum(worth.points for worth in lost)))
        self._hidden_files(asker, tests)
        if not self.criteria:
            self.note("its tests have no points; a criterion needs some: a TA gives 1 now.", "Set them in the rubric.")
            self.criteria.append(ta_criterion(self.id, "answer", "The answer, read by a TA", 1))

    def _hidden_files(self, asker: Asker, tests: dict[bool, list[Converted]]) -> None:
        if tests[True]:
            text = asker.file(f"Hidden tests of {self.id}.", tests[True], hidden=True)
            self.files[f"tests/hidden/test_{self.id}.py"] = text
        if tests[False]:
            said = f"The public tests of {self.id}, which decide points: students have them, too."
            self.files[f"tests/hidden/test_{self.id}_shown.py"] = asker.file(said, tests[False], hidden=True)

    def _converts(self, asker: Asker, worth: Worth, lost: list[Worth]) -> bool:
        case = self.cases[worth.number - 1]
        try:
            self._require_own_names(case)
            converted = self._converted(asker, case, worth.number, "")
        except Unconvertible as problem:
            lost.append(worth)
            fact = f"test {worth.number} ({worth.points:g} points) is not taken over as a hidden test: {problem}"
            self.note(f"{fact} A TA decides its points until then.", problem.next_step, case.place)
            return False
        self.asks_values |= converted.values
        for fact, step in converted.notes:
            self.note(f"test {worth.number}: {fact}", step, case.place)
        return True

    def _converted(self, asker: Asker, case: Case, number: int, criterion: str) -> Converted:
        return asker.hidden(case, f"test_{number}", f"Test {number} of {self.title}", criterion)

    def _require_own_names(self, case: Case) -> None:
        names = {getattr(node, "id", getattr(node, "arg", "")) for node in ast.walk(ast.parse(case.source))}
        if names & self.overtaken:
            shown = ", ".join(sorted(names & self.overtaken))
            raise Unconvertible(f"a later question defines {shown} anew.", "Give the two different names, and import again.")
