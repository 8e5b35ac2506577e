"""Control groups: what is written where, on both versions; and real ones where they can be had."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.backends import cgroup
from autograder.sandbox.backends.cgroup import Cgroup, _delegated, _Tree
from autograder.sandbox.faults import GraderFault
from autograder.sandbox.leftovers import mark


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A pretended tree whose groups have the files that are named, and can be removed with them."""

    def pretend(files: dict[str, list[str]], *, unified: bool) -> list[Path]:
        parents = [tmp_path / name for name in files]
        for parent in parents:
            parent.mkdir()
        monkeypatch.setattr(_Tree, "_found", _Tree(parents, unified=unified))
        made = Path.mkdir

        def mkdir(self: Path, *args: object, **kwargs: object) -> None:
            made(self)
            for name in files.get(self.parent.name, ()):
                (self / name).write_text("")

        def rmdir(self: Path) -> None:
            subprocess.run(["rm", "-r", str(self)], check=True)

        monkeypatch.setattr(Path, "mkdir", mkdir)
        monkeypatch.setattr(Path, "rmdir", rmdir)
        return parents

    return pretend


def contents(parents: list[Path]) -> dict[str, str]:
    return {file.name: file.read_text() for parent in parents for group in parent.iterdir() for file in group.iterdir()}


def test_version_1(tree):
    """One tree for each controller; no swap beyond the memory."""
    names = {
        "memory": ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.oom_control", "cgroup.procs"],
        "pids": ["pids.max", "cgroup.procs"],
    }
    parents = tree(names, unified=False)
    group = Cgroup(memory_mb=100, processes=7)
    group.add(4321)
    assert contents(parents) == {
        "memory.limit_in_bytes": str(100 * 2**20),
        "memory.memsw.limit_in_bytes": str(100 * 2**20),
        "memory.oom_control": "",
        "pids.max": "7",
        "cgroup.procs": "4321",
    }
    oom = next(parents[0].iterdir()) / "memory.oom_control"
    oom.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 0\n")
    assert not group.killed
    oom.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
    assert group.killed
    group.close()
    assert [list(parent.iterdir()) for parent in parents] == [[], []]


def test_version_2(tree):
    """One tree for all; swap is off, and the whole group goes when memory runs out."""
    files = [
        "memory.max",
        "memory.swap.max",
        "memory.oom.group",
        "memory.events",
        "pids.max",
        "cpu.max",
        "cgroup.procs",
    ]
    parents = tree({"unified": files}, unified=True)
    group = Cgroup(memory_mb=100, processes=7, cpus=1.5)
    group.add(4321)
    assert contents(parents) == {
        "memory.max": str(100 * 2**20),
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "memory.events": "",
        "pids.max": "7",
        "cpu.max": "150000 100000",
        "cgroup.procs": "4321",
    }
    (next(parents[0].iterdir()) / "memory.events").write_text("low 0\nmax 31\noom 1\noom_kill 1\n")
    assert group.killed
    group.close()


def test_a_limit_that_cannot_be_set_is_no_limit(tree):
    """Without memory.max there is no group at all."""
    parents = tree({"unified": ["pids.max", "cgroup.procs"]}, unified=True)
    with pytest.raises(GraderFault, match=r"^a control group could not be made: there is no memory\.max$"):
        Cgroup(memory_mb=100, processes=7)
    assert list(parents[0].iterdir()) == []


@pytest.mark.parametrize("pid", [0, -1])
def test_an_unknown_process_is_never_added(tree, pid):
    """To the kernel, 0 is the one who writes it: the grader would put itself under a submission's limits."""
    parents = tree({"memory": ["memory.limit_in_bytes", "cgroup.procs"], "pids": ["pids.max"]}, unified=False)
    with pytest.raises(GraderFault, match="its process number is not known here"):
        Cgroup(memory_mb=100, processes=7).add(pid)
    assert contents(parents)["cgroup.procs"] == ""


def test_where_an_ordinary_user_may_make_groups(tmp_path):
    """Below a group that hands out memory and pids and is the user's; the way there is told otherwise."""
    given = tmp_path / "user.slice" / "app.slice"
    own = given / "terminal.scope"
    own.mkdir(parents=True)
    for folder in (tmp_path, given.parent, given, own):
        (folder / "cgroup.subtree_control").write_text("memory pids\n" if folder == given else "cpu\n")
    assert _delegated(tmp_path, "/user.slice/app.slice/terminal.scope") == given
    (given / "cgroup.subtree_control").write_text("memory\n")
    with pytest.raises(GraderFault, match="systemd-run --user --scope"):
        _delegated(tmp_path, "/user.slice/app.slice/terminal.scope")


@pytest.fixture
def real() -> None:
    reason = cgroup.obstacle()
    if reason is not None:
        pytest.skip(reason)


@pytest.mark.bubblewrap
@pytest.mark.usefixtures("real")
def test_the_kernel_holds_to_it():
    """A process that takes more memory than its group has is killed, and the group says so."""
    group = Cgroup(memory_mb=32, processes=4)
    source = "import sys\nsys.stdin.readline()\nheld = bytearray(b'x') * (200 * 2**20)\n"
    with subprocess.Popen([sys.executable, "-S", "-c", source], stdin=subprocess.PIPE, text=True) as child:
        group.add(child.pid)
        assert not group.killed
        child.communicate("go\n")
        assert child.returncode == -9
    assert group.killed
    group.close()
    assert not list(Path("/sys/fs/cgroup").glob(f"**/{mark()}*"))


@pytest.mark.bubblewrap
@pytest.mark.usefixtures("real")
def test_what_a_killed_grader_left_is_removed(monkeypatch):
    """By the name of its owner; a living grader's groups stay."""
    ours = Cgroup(memory_mb=32, processes=4)
    source = (
        "from autograder.sandbox.backends.cgroup import Cgroup\nimport os\n"
        "Cgroup(memory_mb=32, processes=4)\nos.kill(os.getpid(), 9)"
    )
    left = subprocess.Popen([sys.executable, "-c", source])
    left.wait()
    groups = Path("/sys/fs/cgroup")
    assert list(groups.glob(f"**/gradus-*-{left.pid}-*"))
    monkeypatch.setattr(_Tree, "_found", None)
    Cgroup(memory_mb=32, processes=4).close()
    assert not list(groups.glob(f"**/gradus-*-{left.pid}-*"))
    assert list(groups.glob(f"**/{mark()}*"))
    ours.close()
