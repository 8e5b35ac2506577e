"""The pytest plugin that runs hidden tests on a submission and collects their outcomes by criterion."""

from __future__ import annotations

import hashlib
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Generator, Hashable, Mapping
from enum import Enum, auto
from pathlib import Path
from typing import Any, Protocol

import pytest
import torch

from autograder.checks.context import Context, current, enter, leave
from autograder.checks.criterion import ATTRIBUTE
from autograder.checks.implementation import Implementation
from autograder.checks.observe import NEVER_THEIRS, structure_message
from autograder.checks.outcome import Decided
from autograder.course.verdict import Verdict
from autograder.grading.result import TestResult
from autograder.sandbox.faults import StudentFault

OUR_FAULT = "The grader failed here, not your code. It costs you nothing; your course staff will look at it."

# Only what running a test function takes: no capture, no cache, no rewriting, no plugin that happens to be there.
_ARGUMENTS = (
    "-s", "--assert=plain", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:terminal",
    "-p", "no:unraisableexception", "-p", "no:threadexception",  # they collect garbage for 0.3 s a submission
    "-p", "no:logging", "-p", "no:faulthandler", "-p", "no:doctest", "-p", "no:junitxml", "-p", "no:pastebin",
)  # fmt: skip


_MOST_TOLD = 800
"""Letters of a message."""


class CollectionFailed(Exception):
    """The hidden tests themselves cannot be imported or collected."""


class Doubt(Enum):
    """Why an outcome may not be the submission's doing."""

    OURS = auto()
    """The grader failed."""
    MACHINE = auto()
    """It may have been too busy: out of time with less CPU time than the limit, or a timing that was not decided."""


class Observer(Protocol):
    """Is told what happens while the tests run. Must not raise."""

    def collected(self, awaited: Mapping[str, int]) -> None:
        """Before the first test: criterion → how many tests it has."""

    def ended(self, name: str, criterion: str, results: list[TestResult], doubt: Doubt | None) -> None:
        """After each test that names a criterion; more than one result when it failed twice, as in its teardown."""


class GradingPlugin:
    """Gives each test its context and keeps its outcome; one test's fault never reaches another's."""

    def __init__(
        self,
        folder: Path,
        open_context: Callable[[str, str], Context],
        observer: Observer | None = None,
        only: frozenset[str] | None = None,
        kind: Callable[[str], Hashable] = lambda criterion: None,
        until_lost: bool = False,
    ) -> None:
        """Tests whose criteria are of one `kind` run one after another; with `until_lost`, up to the first that fails."""
        self._until_lost = until_lost
        self.folder = folder
        self._open_context, self._observer, self._only, self._kind = open_context, observer, only, kind
        self.outcomes: dict[str, list[TestResult]] = {}
        self._results: list[TestResult] = []
        self._doubt: Doubt | None = None
        self._errors: list[str] = []
        self._interrupted: BaseException | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        # pytest would parse the sources of every failed test for a traceback that nobody prints.
        config.option.tbstyle = "native"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._errors.append(str(report.longrepr))

    def _name(self, item: pytest.Item) -> str:
        """`test_cell.py::test_values`: the same wherever the course stands, for draws are seeded by it."""
        return f"{item.path.relative_to(self.folder).as_posix()}::{item.nodeid.partition('::')[2]}"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if self._errors:
            raise CollectionFailed("\n".join(self._errors))
        if self._observer is not None:
            self._observer.collected(Counter(name for item in session.items if (name := _criterion(item)) is not None))
        if self._only is not None:
            session.items[:] = [item for item in session.items if self._name(item) in self._only]
        kinds = [self._kind(_criterion(item) or "") for item in session.items]
        places = sorted(range(len(kinds)), key=lambda place: (kinds.index(kinds[place]), place))
        session.items[:] = [session.items[place] for place in places]

    def pytest_internalerror(self, excrepr: object) -> None:
        self._errors.append(str(excrepr))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._interrupted = excinfo.value

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self._results, self._doubt = [], None
        context = self._open_context(self._name(item), _criterion(item) or "")
        enter(context)
        try:
            return (yield)
        finally:
            leave()
            if context.used_data:
                context.end_child()
            if self._until_lost and any(result.verdict.lost for result in self._results) and self._doubt is None:
                item.session.shouldfail = "a criterion is lost"
            if self._observer is not None and self._results:
                self._observer.ended(self._name(item), _criterion(item) or "", self._results, self._doubt)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        try:
            return (yield)
        except NEVER_THEIRS:
            raise
        except Exception as error:
            raise self._attribute(item, current(), error) from error

    @pytest.fixture
    def impl(self) -> Implementation:
        """The submission in float32, for tests that do not compare."""
        return Implementation(current().submission)

    def _attribute(self, item: pytest.Item, context: Context, error: Exception) -> Exception:
        """Whose fault an exception in a test is: when the reference gets through the same test, the submission's.

        Such a submission returned something of another structure than the test could use.
        """
        assert isinstance(item, pytest.Function)
        seen = item.funcargs.get("impl")
        again = self._open_context(self._name(item), context.criterion)
        again.submission = again.reference
        enter(again)
        try:
            arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
            if isinstance(seen, Implementation):
                arguments["impl"] = Implementation(again.reference)
            item.obj(**arguments)
        except Exception:
            return error
        finally:
            leave()
        calls = [impl._calls if isinstance(impl, Implementation) else [] for impl in (seen, arguments.get("impl"))]
        return Decided(Verdict.FAIL, structure_message(*calls), detail=repr(error))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        error = call.excinfo.value if call.excinfo is not None else None
        if call.when == "call" or error is not None:
            criterion = _criterion(item)
            if criterion is not None:
                outcome = _outcome(item, self._name(item), error, call.duration)
                seen = {
                    "curves": tuple(current().curves),
                    "patterns": tuple(current().patterns),
                    "speedup": current().speedup,
                    "overlaps": tuple(current().overlaps),
                }
                outcome = outcome.model_copy(update=seen)
                self._doubt = _doubt(outcome, error) or self._doubt
                self._results.append(outcome)
                self.outcomes.setdefault(criterion, []).append(outcome)
        return (yield)


def _criterion(item: pytest.Item) -> str | None:
    found: str | None = getattr(getattr(item, "function", None), ATTRIBUTE, None)
    return found


def _outcome(item: pytest.Item, name: str, error: BaseException | None, seconds: float) -> TestResult:
    title = ((getattr(item, "function", None).__doc__ or "").strip().splitlines() or [item.name])[0]
    common: dict[str, Any] = {"name": name, "title": title, "seconds": round(seconds, 4)}
    if error is None:
        return TestResult(verdict=Verdict.PASS, credit=1.0, **common)
    if isinstance(error, Decided):
        return TestResult(
            verdict=error.verdict, credit=error.credit, message=_sentence(error.message), hint=error.hint,
            mistake=error.mistake, error_map=error.error_map, detail=error.detail, **common,
        )  # fmt: skip
    if isinstance(error, StudentFault):
        return TestResult(verdict=error.verdict, message=error.message, detail=error.detail, **common)
    detail = "".join(traceback.format_exception(error))[-4000:]
    return TestResult(verdict=Verdict.GRADER_ERROR, message=OUR_FAULT, detail=detail, **common)


def _doubt(outcome: TestResult, error: BaseException | None) -> Doubt | None:
    if outcome.verdict is Verdict.GRADER_ERROR:
        return Doubt.OURS
    held_back = isinstance(error, StudentFault) and error.starved
    return Doubt.MACHINE if held_back or outcome.verdict is Verdict.INCONCLUSIVE else None


def _sentence(text: str) -> str:
    """What a test says, beginning with a capital and not without end: some of its words may be the submission's."""
    return text[:1].upper() + text[1:_MOST_TOLD] + ("…" if len(text) > _MOST_TOLD else "")


def run_hidden_tests(plugin: GradingPlugin) -> None:
    """Run every hidden test below the plugin's folder. Raises CollectionFailed, and KeyboardInterrupt as it came."""
    before = {name: os.environ.get(name) for name in ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS")}
    bytecode = sys.dont_write_bytecode
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    sys.dont_write_bytecode = True
    _forget_edited(plugin.folder)
    try:
        # pytest names modules by their path below the root: below "/" no two assignments share a name in sys.modules.
        folder = str(plugin.folder)
        arguments = [folder, *_ARGUMENTS, "--rootdir", plugin.folder.anchor, "--confcutdir", folder, "-c", os.devnull]
        code = pytest.main(arguments, plugins=[plugin])
    finally:
        sys.dont_write_bytecode = bytecode
        if plugin._errors:
            # A module that could not be imported whole must not pass for one that was.
            _forget_edited(plugin.folder, all_of_them=True)
        else:
            _forget_edited(plugin.folder)  # which also notes how the files are now
        for name in _LAST_ERROR:
            sys.__dict__.pop(name, None)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    if isinstance(plugin._interrupted, KeyboardInterrupt):
        raise KeyboardInterrupt  # pytest takes it for itself; it was meant for the whole command
    if plugin._errors:
        raise CollectionFailed("\n".join(plugin._errors))
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise CollectionFailed(f"pytest ended with {code!r} on {plugin.folder}")


_LAST_ERROR = ("last_type", "last_value", "last_traceback", "last_exc")
"""Where pytest leaves the last error for a debugger, and with its frames every tensor in them."""
_stamps: dict[str, tuple[int, int]] = {}
"""Module of hidden tests → (time, size) of its file when it was seen last."""


def _forget_edited(folder: Path, *, all_of_them: bool = False) -> None:
    """A test that is edited between two gradings counts as it stands now; the others need not be compiled again."""
    below = os.path.abspath(folder) + os.sep
    for name, module in list(sys.modules.items()):
        file = str(getattr(module, "__dict__", {}).get("__file__", ""))
        if file.startswith(below):
            found = os.stat(file) if os.path.exists(file) else None
            stamp = (found.st_mtime_ns, found.st_size) if found is not None else (0, 0)
            if all_of_them or _stamps.setdefault(name, stamp) != stamp:
                del sys.modules[name]
                _stamps.pop(name, None)


def draws_of(seed: int, test: str) -> torch.Generator:
    """The generator of one test: by the run's seed and the test's name, whatever ran before it."""
    digest = hashlib.sha256(f"{seed}:{test}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
