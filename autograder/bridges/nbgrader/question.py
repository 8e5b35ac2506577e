"""One question of an nbgrader notebook: answers, the test cells behind them, and the criteria that come of both."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from autograder.bridges.conversion.body import Unconvertible
from autograder.bridges.conversion.case import Case
from autograder.bridges.conversion.names import Names
from autograder.bridges.conversion.taken_over import name_for
from autograder.bridges.conversion.tests import Asker, Converted
from autograder.bridges.nbgrader.asserts import has_checks, prepared, rewritten, titled
from autograder.bridges.nbgrader.reading import NbCell
from autograder.course.findings import Finding
from autograder.course.models import Criterion, Level


@dataclass(frozen=True)
class _TestCell:
    cell: NbCell
    shown: str
    secret: str
    number: int
    title: str


@dataclass
class _Tests:
    public: list[Converted] = field(default_factory=list)
    shown: list[Converted] = field(default_factory=list)
    hidden: list[Converted] = field(default_factory=list)


@dataclass
class Question:
    """What becomes of the answer cells up to the next one that follows a test."""

    id: str
    title: str
    place: str
    answered: bool = False
    tests: list[tuple[NbCell, str, str]] = field(default_factory=list)
    """Test cells with what students see of them and what they do not."""
    targets: list[str] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    asks_values: bool = False

    @property
    def open(self) -> bool:
        """Further answers belong to it: it has neither tests nor points yet."""
        return not self.tests and not self.criteria

    def note(self, place: str, fact: str, step: str = "") -> None:
        self.notes.append(Finding(place, None, fact, step))

    def by_hand(self, cell: NbCell, scheme: str) -> None:
        """A criterion that a TA decides, with the mark scheme as what full points mean."""
        points = cell.points
        if points <= 0:
            self.note(
                cell.place, "it has no points, and a criterion needs some: it has 1 now.", "Set them in the rubric."
            )
            points = 1.0
        levels: tuple[Level, ...] = ()
        if scheme:
            levels = (Level(points=0, text="Not what the mark scheme asks for."), Level(points=points, text=scheme))
            self.note(
                cell.place,
                "its mark scheme is the text of the highest level, which students who reach it read.",
                "Write the levels in the rubric.",
            )
        self._add("answer", "The answer, read by a TA", points, levels)

    def finish(self, asker: Asker) -> None:
        """Criteria and test files of the test cells: one criterion a cell, which all its assertions decide."""
        found = _Tests()
        for number, (cell, shown, secret) in enumerate(self.tests, start=1):
            title, shown = titled(shown)
            self._cell(asker, found, _TestCell(cell, shown, secret, number, title or f"Test {number} of {self.title}"))
        told = {
            f"tests/public/test_{self.id}.py": (found.public, f"Public tests of {self.id}."),
            f"tests/hidden/test_{self.id}_shown.py": (found.shown, f"Tests of {self.id} that decide points and that students have."),
            f"tests/hidden/test_{self.id}.py": (found.hidden, f"Hidden tests of {self.id}."),
        }  # fmt: skip
        for name, (tests, docstring) in told.items():
            if tests:
                self.files[name] = asker.file(docstring, tests, hidden="hidden" in name)
        if not self.criteria:
            self.note(
                self.place,
                "nothing earns points here, and a criterion needs some: a TA gives 1 now.",
                "Set them in the rubric.",
            )
            self._add("answer", "The answer, read by a TA", 1.0)

    def _cell(self, asker: Asker, found: _Tests, test: _TestCell) -> None:
        cell = test.cell
        self._public(asker, found, test)
        if cell.points <= 0:
            if test.secret:
                self.note(
                    cell.place,
                    f"the hidden tests of {cell.grade_id} have no points, and decide nothing: left out.",
                    "Give them points in nbgrader, and import again.",
                )
            return
        name = name_for(cell.grade_id, {c.id.partition(".")[2] for c in self.criteria}, prefix="t")
        try:
            shown = self._hidden(asker, test, test.shown, f"{self.id}.{name}")
            ready, _ = rewritten(test.shown, _numpy(asker.names), hidden=True)
            secret = self._hidden(asker, test, prepared(ready, test.secret) if test.secret else "", f"{self.id}.{name}")
            if shown is None and secret is None:
                raise Unconvertible("it asserts nothing that can be taken over.")
        except Unconvertible as problem:
            fact = f"{cell.grade_id} ({cell.points:g} points) is not taken over as a hidden test: {problem}"
            self.note(cell.place, f"{fact} A TA decides its points until then.", problem.next_step)
            self._add(name, f"{test.title}: read by a TA", cell.points)
            return
        found.shown += [shown] if shown else []
        found.hidden += [secret] if secret else []
        self.criteria.append(Criterion(id=f"{self.id}.{name}", question=self.id, title=test.title, points=cell.points))

    def _hidden(self, asker: Asker, test: _TestCell, source: str, criterion: str) -> Converted | None:
        """A part of a test cell as a hidden test; None where it demands nothing."""
        text, left = rewritten(source, _numpy(asker.names), hidden=True)
        for statement in left:
            fact = f"`{statement.splitlines()[0]} …` expects an exception, which does not cross the sandbox: left out of the hidden test."
            self.note(test.cell.place, fact, "Test it another way, or leave it to a TA.")
        if not has_checks(text):
            return None
        converted = asker.hidden(_case(test.cell, text), f"test_{test.number}", test.title, criterion)
        self.asks_values |= converted.values
        for fact, step in converted.notes:
            self.note(test.cell.place, fact, step)
        return converted

    def _public(self, asker: Asker, found: _Tests, test: _TestCell) -> None:
        """What students see of a test cell. One without assertions is nothing but preparation."""
        cell = test.cell
        try:
            text, left = rewritten(test.shown, _numpy(asker.names), hidden=False)
            for statement in left:
                self.note(
                    cell.place,
                    f"`{statement.splitlines()[0]} …` is left out of the public test.",
                    "Write it with pytest.raises there.",
                )
            if has_checks(text):
                found.public.append(asker.public(_case(cell, text), f"test_{test.number}", test.title))
        except Unconvertible as problem:
            self.note(cell.place, f"the public part of {cell.grade_id} is not taken over: {problem}", problem.next_step)

    def _add(self, name: str, title: str, points: float, levels: tuple[Level, ...] = ()) -> None:
        criterion = Criterion(
            id=f"{self.id}.{name}", question=self.id, title=title, points=points, kind="ta", levels=levels
        )
        self.criteria.append(criterion)


def _case(cell: NbCell, text: str) -> Case:
    last = ast.parse(text).body[-1]
    # A last line that is a comparison would be demanded, as in a doctest: here it is only carried out.
    ends = "\npass" if isinstance(last, ast.Expr) and isinstance(last.value, ast.Compare | ast.BoolOp) else ""
    return Case(cell.place, text + ends, hidden=True, points=cell.points)


def _numpy(names: Names) -> set[str]:
    """Names that the notebook imports from numpy.testing."""
    return {name for name, statement in names.imports.items() if statement.startswith("from numpy.testing ")}
