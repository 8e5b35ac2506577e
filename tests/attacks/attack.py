"""The corpus as data: every attack says in fixed lines what it tries and what must happen."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
_LINE = re.compile(
    r"^(tries|must|score|verdict|status|next|process|bare|residual|untold): *(.*(?:\n(?: +.*))*)", re.MULTILINE
)
EFFECTS = ("gains", "leaks", "ends", "overwrites", "outlives", "reaches")
"""What an attack can do to a grader without a boundary: points for a wrong answer; a secret read; the grader ended
before it wrote a result; another's result changed; something left behind; a service or a kernel call reached."""


@dataclass(frozen=True)
class Places:
    """What the attacker knows of the machine: it is told everything."""

    course: Path
    hidden: Path
    results: Path
    kit: Path
    tmp: Path
    """Where the grader makes temporary files."""
    grader: int
    """The grader's process."""
    port: int
    """A service of the grader's machine, on 127.0.0.1."""
    mark: str
    """Stands in the name of everything that the attack tries to leave behind."""

    def as_line(self) -> str:
        """The constants that every attack may use, as one line of Python."""
        paths = {name.upper(): str(getattr(self, name)) for name in ("course", "hidden", "results", "kit", "tmp")}
        return "; ".join(
            [
                *(f"{name} = {value!r}" for name, value in paths.items()),
                f"GRADER = {self.grader}; PORT = {self.port}; MARK = {self.mark!r}",
                "print = __import__('functools').partial(print, flush=True)",  # a child that is killed flushes nothing
            ]
        )


@dataclass(frozen=True)
class Attack:
    """One hostile submission; `lines` are the fixed lines of its docstring, `hand_in` writes its files."""

    name: str
    title: str
    lines: dict[str, str] = field(repr=False)
    hand_in: Callable[[Path, Places], Path] = field(repr=False)
    """(empty folder, what is known) → what is handed in."""

    @property
    def score(self) -> float:
        """Points of the honest part."""
        return float(self.lines.get("score", "0"))

    @property
    def verdicts(self) -> frozenset[str]:
        """The verdicts that criteria which are lost may have; empty when any verdict of a student's will do."""
        return frozenset(re.split(r"[,\s]+", self.lines["verdict"])) if "verdict" in self.lines else frozenset()

    @property
    def status(self) -> str:
        return self.lines.get("status", "graded")

    @property
    def process(self) -> str:
        """With the backend `process`: `held` as everywhere, `open` (not promised), `never` (it would harm the machine)."""
        return self.lines.get("process", "held")

    @property
    def bare(self) -> frozenset[str]:
        """What it does to a grader without any boundary, of EFFECTS; empty where such a run would say nothing."""
        return frozenset(re.split(r"[,\s]+", self.lines["bare"])) if "bare" in self.lines else frozenset()

    @property
    def untold(self) -> str:
        """A text that it tries to have told to the student."""
        return self.lines.get("untold", "TOLD-")

    @property
    def residual(self) -> str:
        """Why this attack is known to work, for those few that no sandbox can stop."""
        return self.lines.get("residual", "")


def described(name: str, doc: str, hand_in: Callable[[Path, Places], Path]) -> Attack:
    """The attack called `name` that says `doc`. Raises ValueError when a line is missing or unknown."""
    text = inspect.cleandoc(doc)
    title, _, rest = text.partition("\n")
    lines = {key: " ".join(value.split()) for key, value in _LINE.findall(rest)}
    missing = {"tries", "must"} - lines.keys()
    if missing or not title.endswith("."):
        raise ValueError(f"{name}: the docstring has a sentence first, and the lines tries: and must: ({missing})")
    attack = Attack(name, title, lines, hand_in)
    if attack.process not in ("held", "open", "never") or not attack.bare <= set(EFFECTS):
        raise ValueError(f"{name}: process: {attack.process}, bare: {sorted(attack.bare)}")
    return attack


def from_file(path: Path) -> Attack:
    """A file of the corpus: a submission in one module, handed in with the constants of `Places` before it."""
    source = path.read_text(encoding="utf-8")
    code = compile(source, str(path), "exec")
    doc = code.co_consts[0] if code.co_consts and isinstance(code.co_consts[0], str) else ""

    def hand_in(folder: Path, places: Places) -> Path:
        target = folder / f"{path.stem}.py"
        target.write_text(f"{places.as_line()}\n{source}", encoding="utf-8")
        return target

    return described(path.stem, doc, hand_in)


def corpus() -> list[Attack]:
    """Every attack: the files of the corpus, then those that need files of another form."""
    from tests.attacks.made import MADE

    files = [from_file(path) for path in sorted(CORPUS.glob("*.py"))]
    made = [described(build.__name__, build.__doc__ or "", build) for build in MADE]
    return files + made
