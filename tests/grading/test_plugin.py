"""Hidden tests that go wrong in every way: whose fault it is, and that no test's fault reaches another's."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from autograder.checks.context import Context, current
from autograder.checks.peer import Peer
from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.grading.plugin import OUR_FAULT, CollectionFailed, GradingPlugin, draws_of, run_hidden_tests
from autograder.grading.result import TestResult
from autograder.sandbox.backends.process import ProcessBackend
from autograder.sandbox.faults import GraderFault
from autograder.sandbox.submission import Cell, SubmissionPeer
from tests.checks.conftest import peer

RIGHT = """
import torch

def double(x):
    return 2 * x

def pair(x):
    return x, x
"""
HEAD = "import pytest\nfrom autograder.checks import compare, criterion, draw, require\n"
SOUND = '''
@criterion("q.sound")
def test_sound():
    """Twice the input."""
    x = draw(3)
    compare(lambda impl: impl.double(x))
'''


def run(
    folder: Path,
    files: dict[str, str],
    submission: str | Peer = RIGHT,
    reference: str = RIGHT,
    kind: Callable[[str], Hashable] = lambda criterion: None,
) -> GradingPlugin:
    """The plugin after the hidden tests `files` ran on `submission`."""
    hidden = folder / "hidden"
    hidden.mkdir(exist_ok=True)
    for name, text in files.items():
        (hidden / name).write_text(HEAD + dedent(text))
    submitted = peer(submission) if isinstance(submission, str) else submission
    expected = peer(reference)

    def context(test: str, criterion: str) -> Context:
        if isinstance(submitted, SubmissionPeer):
            submitted.start_test("q", frozenset())
        end = submitted.close if isinstance(submitted, SubmissionPeer) else lambda: None
        return Context(test, criterion, submitted, expected, (), draws_of(0, test), data_folder=hidden, end_child=end)

    plugin = GradingPlugin(hidden, context, kind=kind)
    run_hidden_tests(plugin)
    with pytest.raises(RuntimeError):
        current()  # every context that was entered was left
    return plugin


def only(plugin: GradingPlugin, criterion: str = "q.odd") -> TestResult:
    (found,) = plugin.outcomes[criterion]
    return found


def judged(plugin: GradingPlugin) -> dict[str, list[Verdict]]:
    return {criterion: [test.verdict for test in tests] for criterion, tests in plugin.outcomes.items()}


def test_a_sound_test_passes_and_tells_its_name_and_docstring(tmp_path: Path) -> None:
    found = only(run(tmp_path, {"test_q.py": SOUND}), "q.sound")
    assert (found.name, found.title, found.verdict, found.credit) == (
        "test_q.py::test_sound",
        "Twice the input.",
        Verdict.PASS,
        1.0,
    )


def test_tests_of_one_kind_run_one_after_another(tmp_path: Path) -> None:
    """Kinds in the order of their first test, and the tests of each in the order of the files."""
    names = ["q.a", "r.b", "q.c", "s.d", "r.e"]
    text = "".join(f'@criterion("{name}")\ndef test_{name[2:]}():\n    pass\n' for name in names)
    assert list(run(tmp_path, {"test_q.py": text}).outcomes) == names
    grouped = run(tmp_path, {"test_q.py": text}, kind=lambda criterion: criterion[0])
    assert list(grouped.outcomes) == ["q.a", "q.c", "r.b", "r.e", "s.d"]


def test_without_a_docstring_the_function_is_the_title(tmp_path: Path) -> None:
    text = '@criterion("q.odd")\ndef test_bare():\n    pass\n'
    assert only(run(tmp_path, {"test_q.py": text})).title == "test_bare"


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError('ours')",
        "1 / 0",
        "raise SystemExit(0)",
        "raise RecursionError",
        "assert False",
        "pytest.fail('ours')",
        "pytest.skip('not today')",
        "pytest.xfail('not today')",
        "impl.no_such_name(1)",  # the reference lacks it, too
    ],
)
def test_a_hidden_test_that_fails_by_itself_is_our_fault(tmp_path: Path, body: str) -> None:
    """The reference does not get through it either. The test after it is graded all the same."""
    plugin = run(tmp_path, {"test_q.py": f'@criterion("q.odd")\ndef test_odd(impl):\n    {body}\n' + SOUND})
    odd = only(plugin)
    assert (odd.verdict, odd.message, odd.credit) == (Verdict.GRADER_ERROR, OUR_FAULT, 0.0)
    assert "test_q.py" in odd.detail
    assert only(plugin, "q.sound").verdict is Verdict.PASS


def test_a_broken_fixture_is_our_fault(tmp_path: Path) -> None:
    text = """
    @pytest.fixture
    def broken():
        raise ValueError

    @pytest.fixture
    def breaks_later():
        yield
        raise ValueError

    @criterion("q.odd")
    def test_odd(broken):
        pass

    @criterion("q.late")
    def test_late(breaks_later):
        pass

    @criterion("q.absent")
    def test_absent(no_such_fixture):
        pass
    """
    assert judged(run(tmp_path, {"test_q.py": dedent(text) + SOUND})) == {
        "q.odd": [Verdict.GRADER_ERROR],
        "q.late": [Verdict.PASS, Verdict.GRADER_ERROR],
        "q.absent": [Verdict.GRADER_ERROR],
        "q.sound": [Verdict.PASS],
    }


USES_PAIR = """
@criterion("q.odd")
def test_odd(impl):
    first, second = impl.pair(draw(3))
    require((first == second).all(), "Both are the same.")
"""


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("None", "`pair` returned None, where (tensor (3,) float32, tensor (3,) float32) is expected."),
        ("x", "`pair` returned tensor (3,) float32, where (tensor (3,) float32, tensor (3,) float32) is expected."),
        ("(x,)", "`pair` returned (tensor (3,) float32,), where (tensor (3,) float32, tensor (3,) float32) "
                 "is expected."),
        ("(x, 'x')", "`pair` returned (tensor (3,) float32, a string), where "
                     "(tensor (3,) float32, tensor (3,) float32) is expected."),
        ("(x, x.reshape(3, 1)[:, :0])", "`pair` returned (tensor (3,) float32, tensor (3, 0) float32), where "
                                        "(tensor (3,) float32, tensor (3,) float32) is expected."),
    ],
)  # fmt: skip
def test_a_wrong_structure_that_trips_the_test_is_the_submissions(tmp_path: Path, answer: str, message: str) -> None:
    """The reference gets through the same test, with the same draws: what it was given made the difference."""
    found = only(run(tmp_path, {"test_q.py": USES_PAIR}, RIGHT + f"\ndef pair(x):\n    return {answer}\n"))
    assert (found.verdict, found.message) == (Verdict.FAIL, message)
    assert found.detail


def test_the_same_test_failing_on_the_reference_is_ours(tmp_path: Path) -> None:
    same = "\ndef pair(x):\n    return None\n"
    found = only(run(tmp_path, {"test_q.py": USES_PAIR}, RIGHT + same, RIGHT + same))
    assert (found.verdict, found.message) == (Verdict.GRADER_ERROR, OUR_FAULT)


def test_a_bare_assert_that_the_reference_meets_is_the_submissions(tmp_path: Path) -> None:
    text = '@criterion("q.odd")\ndef test_odd(impl):\n    assert impl.double(1) == 2\n'
    found = only(run(tmp_path, {"test_q.py": text}, RIGHT + "\ndef double(x):\n    return 3 * x\n"))
    assert (found.verdict, found.message) == (
        Verdict.FAIL,
        "Something was returned that cannot be used as the assignment says.",
    )


def test_ctrl_c_ends_the_command_and_not_the_test(tmp_path: Path) -> None:
    """pytest would end its session and be called again for the next submission."""
    text = '@criterion("q.odd")\ndef test_odd():\n    raise KeyboardInterrupt\n'
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, {"test_q.py": text})


def test_a_test_that_ends_the_session(tmp_path: Path) -> None:
    """Outcomes would be missing: no score is made of what is left."""
    text = '@criterion("q.odd")\ndef test_odd():\n    pytest.exit("enough")\n'
    with pytest.raises(CollectionFailed, match=r"pytest ended with <ExitCode.INTERRUPTED: 2> on .*hidden"):
        run(tmp_path, {"test_q.py": text})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import no_such_module\n", "No module named 'no_such_module'"),
        ("def (:\n", "SyntaxError: invalid syntax"),
        ("raise ValueError('at import')\n", "ValueError: at import"),
    ],
)
def test_a_file_that_cannot_be_collected_spoils_the_run(tmp_path: Path, text: str, said: str) -> None:
    """A criterion may be decided by tests of several files: half of them would give points away."""
    with pytest.raises(CollectionFailed, match=said):
        run(tmp_path, {"test_broken.py": text, "test_q.py": SOUND})


def test_no_tests_at_all(tmp_path: Path) -> None:
    with pytest.raises(CollectionFailed, match="NO_TESTS_COLLECTED"):
        run(tmp_path, {})


def test_a_context_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    def context(test: str, criterion: str) -> Context:
        raise LookupError("the known submissions cannot be read")

    (tmp_path / "test_q.py").write_text(HEAD + SOUND)
    with pytest.raises(CollectionFailed, match="the known submissions cannot be read"):
        run_hidden_tests(GradingPlugin(tmp_path, context))


def test_two_functions_of_one_name_in_two_files_are_two_tests(tmp_path: Path) -> None:
    body = "def test_values():\n    x = draw(3)\n    compare(lambda impl: impl."
    texts = {
        "test_a.py": f'@criterion("q.a")\n{body}double(x))\n',
        "test_b.py": f'@criterion("q.b")\n{body}pair(x))\n',
    }
    plugin = run(tmp_path, texts, RIGHT + "\ndef pair(x):\n    return x, -x\n")
    assert judged(plugin) == {"q.a": [Verdict.PASS], "q.b": [Verdict.FAIL]}
    assert [only(plugin, c).name for c in ("q.a", "q.b")] == ["test_a.py::test_values", "test_b.py::test_values"]


def test_test_files_of_one_name_in_two_assignments(tmp_path: Path) -> None:
    """The second assignment graded by this process gets its own tests, not those of the first."""
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        text = f'@criterion("q.{number}")\ndef test_values():\n    assert __file__.startswith({str(folder)!r})\n'
        assert judged(run(folder, {"test_q.py": text})) == {f"q.{number}": [Verdict.PASS]}


def test_an_edited_test_counts_at_once(tmp_path: Path) -> None:
    for body, verdict in (("pass", Verdict.PASS), ("assert False", Verdict.GRADER_ERROR)):
        plugin = run(tmp_path, {"test_q.py": f'@criterion("q.odd")\ndef test_odd():\n    {body}\n'})
        assert only(plugin).verdict is verdict


def test_what_the_tests_around_us_are_configured_with_does_not_reach_hidden_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise ValueError\n")
    assert only(run(tmp_path, {"test_q.py": SOUND}), "q.sound").verdict is Verdict.PASS
    import os

    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option"


def test_draws_depend_on_seed_and_test_alone() -> None:
    def first(seed: int, test: str) -> float:
        import torch

        return float(torch.rand((), generator=draws_of(seed, test), dtype=torch.float64))

    assert first(3, "test_q.py::test_a") == first(3, "test_q.py::test_a")
    assert len({first(seed, f"test_q.py::test_{name}") for seed in range(5) for name in "ab"}) == 10


@pytest.mark.parametrize("error", [BrokenPipeError("gone"), MemoryError(), GraderFault("no sandbox")])
@pytest.mark.parametrize("text", [USES_PAIR, USES_PAIR.replace("impl.pair(draw(3))", "observed(lambda i: i.pair(x))")])
def test_the_machines_own_trouble_is_never_the_submissions(tmp_path: Path, error: Exception, text: str) -> None:
    """The reference gets through, for no process is asked for it; that says nothing about the submission."""

    class Broken:
        def request(self, verb: str, payload: object) -> object:
            raise error

    text = text.replace("    first", "    x = draw(3)\n    first")
    found = only(run(tmp_path, {"test_q.py": "from autograder.checks import observed\n" + text}, Broken()))
    assert (found.verdict, found.message) == (Verdict.GRADER_ERROR, OUR_FAULT)


def test_tests_of_one_name_in_two_classes(tmp_path: Path) -> None:
    one = '    @criterion("q.odd")\n    def test_it(self):\n        assert draw(1) is not None\n'
    plugin = run(tmp_path, {"test_q.py": f"class TestA:\n{one}class TestB:\n{one}"})
    names = [test.name for test in plugin.outcomes["q.odd"]]
    assert names == ["test_q.py::TestA::test_it", "test_q.py::TestB::test_it"]


# --- a submission in a child of its own


@pytest.fixture(scope="module")
def in_a_child() -> Iterator[Callable[[str], SubmissionPeer]]:
    backend = ProcessBackend()
    limits = Limits(call_seconds=1.0, import_seconds=10.0, total_seconds=60.0)
    opened: list[SubmissionPeer] = []

    def submit(source: str) -> SubmissionPeer:
        opened.append(SubmissionPeer(backend.open(limits), (Cell("cell 1", source),), limits))
        return opened[-1]

    yield submit
    for one in opened:
        one.close()
    backend.close()


CALLS = """
@criterion("q.odd")
def test_odd(impl):
    impl.odd(draw(3))
"""


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("import os; os._exit(0)", Verdict.CRASH),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Verdict.CRASH),
        ("raise SystemExit", Verdict.CRASH),
        ("raise KeyboardInterrupt", Verdict.CRASH),
        ("while True: pass", Verdict.TIMEOUT),
        ("raise NotImplementedError", Verdict.NOT_ATTEMPTED),
        ("raise AssertionError", Verdict.FAIL),
        ("return x.no_such_attribute", Verdict.FAIL),
    ],
)
def test_what_the_submission_does_decides_its_test_alone(
    tmp_path: Path, in_a_child: Callable[[str], SubmissionPeer], body: str, verdict: Verdict
) -> None:
    """A child that dies is replaced: the test after it is graded on a fresh one."""
    submission = in_a_child(RIGHT + f"\ndef odd(x):\n    {body}\n")
    reference = RIGHT + "\ndef odd(x):\n    return x\n"
    plugin = run(tmp_path, {"test_a.py": CALLS, "test_b.py": SOUND}, submission, reference)
    assert judged(plugin) == {"q.odd": [verdict], "q.sound": [Verdict.PASS]}, plugin.outcomes
    assert only(plugin).message


def test_a_wrong_structure_from_a_child_is_the_submissions(
    tmp_path: Path, in_a_child: Callable[[str], SubmissionPeer]
) -> None:
    submission = in_a_child(RIGHT + "\ndef pair(x):\n    return [x, [x]]\n")
    found = only(run(tmp_path, {"test_q.py": USES_PAIR}, submission))
    assert (found.verdict, found.message) == (
        Verdict.FAIL,
        "`pair` returned [tensor (3,) float32, [tensor (3,) float32]], where "
        "(tensor (3,) float32, tensor (3,) float32) is expected.",
    )


# ── data that is the same in every grading ───────────────────────────────────────────────────────────────────────

REMEMBERS = """
seen = []

def double(x):
    seen.append(len(x))
    return 2 * x * (1 if len(seen) < 2 else len(seen))
"""


@pytest.mark.parametrize(("reads", "verdict"), [('data("secret.txt").read_text()', "PASS"), ("None", "FAIL")])
def test_no_later_test_hears_of_data(tmp_path: Path, reads: str, verdict: str) -> None:
    """After a test that read data there is another child: nothing of it can be carried into the next test's errors."""
    backend = ProcessBackend()
    peer = SubmissionPeer(backend.open(Limits()), (Cell("cell 1", REMEMBERS),), Limits())
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "secret.txt").write_text("to be or not")
    first = f'''
    from autograder.checks import data
    from autograder.checks import observed

    @criterion("q.first")
    def test_a_first():
        """Reads data."""
        {reads}
        observed(lambda impl: impl.double(draw(3)))
    '''
    second = '''
    @criterion("q.sound")
    def test_sound():
        """Twice the input, once."""
        x = draw(3)
        compare(lambda impl: impl.double(x), dtypes=("float32",))
    '''
    plugin = run(tmp_path, {"test_a.py": first, "test_b.py": second}, peer)
    peer.close()
    backend.close()
    assert only(plugin, "q.sound").verdict == verdict
