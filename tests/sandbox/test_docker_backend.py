"""The backend `docker`: containers that hold what is in them, and that nobody has to clear away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.models import Limits
from autograder.course.verdict import Verdict
from autograder.sandbox import zygote
from autograder.sandbox.answer import Answer
from autograder.sandbox.backend import Refused, open_backend
from autograder.sandbox.backends import docker as module
from autograder.sandbox.backends import docker_owner
from autograder.sandbox.backends.container import ContainerLaunch, Size
from autograder.sandbox.backends.docker import DockerBackend, DockerSandbox, obstacle
from autograder.sandbox.backends.docker_client import docker
from autograder.sandbox.child import Child
from autograder.sandbox.faults import GraderFault, StudentFault
from autograder.sandbox.leftovers import mark
from autograder.sandbox.protocol import Ref
from tests.sandbox.docker_here import needs_docker

pytestmark = needs_docker
LIMITS = Limits(call_seconds=20, import_seconds=20, memory_mb=256, file_mb=8, processes=20, cpu_seconds=60)


@pytest.fixture(scope="module")
def backend() -> Iterator[DockerBackend]:
    backend = DockerBackend(spare=False)
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def sandbox(backend: DockerBackend) -> Iterator[DockerSandbox]:
    """One container for the tests that do not break theirs."""
    sandbox = backend.open(LIMITS)
    sandbox.fork().close()
    yield sandbox
    sandbox.close()


@pytest.fixture
def child(sandbox: DockerSandbox) -> Iterator[Child]:
    child = sandbox.fork()
    yield child
    child.close()


def load(child: Child, source: str, seconds: float = 20.0) -> Answer:
    data = np.frombuffer(textwrap.dedent(source).encode(), dtype=np.uint8)
    return child.request("load", {"label": "cell 1", "source": data}, seconds)


def said(child: Child, source: str) -> Any:
    """What the function `f` of `source` returns, as data."""
    loaded = load(child, source)
    assert loaded.error is None, loaded.error
    answer = child.request("call", {"target": Ref(None, "f"), "args": ()}, 20)
    assert answer.error is None, answer.error
    return answer.value


def containers() -> set[str]:
    """Names of all containers of this process."""
    label = f"label={docker_owner.LABEL}={docker_owner.owner()}"
    return set(docker("ps", "--all", "--filter", label, "--format", "{{.Names}}").split())


def inspected(name: str) -> dict[str, Any]:
    return json.loads(docker("inspect", name))[0]


# ── what Docker was told ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_live_container_has_every_limit(sandbox):
    """As `docker inspect` tells it of a container that is running."""
    host = inspected(sandbox._place.launch.name)["HostConfig"]
    memory = (256 + 2 * 8 + 512) * 2**20
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["Privileged"] is False
    assert host["CapDrop"] == ["ALL"]
    assert sorted(name.removeprefix("CAP_") for name in host["CapAdd"]) == ["KILL", "SETGID", "SETUID"]
    assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
    assert (host["Memory"], host["MemorySwap"]) == (memory, memory)
    assert (host["NanoCpus"], host["PidsLimit"]) == (10**9, 20 + 16)
    assert (host["IpcMode"], host["ShmSize"], host["Init"]) == ("private", 8 * 2**20, True)
    assert set(host["Tmpfs"]) == {"/tmp"}
    assert {"noexec", "nosuid", "nodev", "size=8m"} <= set(host["Tmpfs"]["/tmp"].split(","))
    assert host["LogConfig"]["Type"] == "none"
    assert host["AutoRemove"] is True
    ulimits = {limit["Name"]: limit["Hard"] for limit in host["Ulimits"]}
    assert ulimits == {"core": 0, "nofile": 1024, "msgqueue": 0}


def test_the_only_mount_is_a_door_that_is_closed(sandbox):
    """One folder, read-only, which is gone on our side once the zygote has come through it."""
    mounts = inspected(sandbox._place.launch.name)["Mounts"]
    assert [(mount["Destination"], mount["RW"]) for mount in mounts if mount["Type"] == "bind"] == [("/gradus", False)]
    assert not Path(mounts[0]["Source"]).exists()
    assert not Path(mounts[0]["Source"]).parent.exists()


def test_the_zygote_is_root_in_name_only(sandbox):
    """As the kernel tells it from outside: three capabilities, and no way to more."""
    status = process_status(inspected(sandbox._place.launch.name)["State"]["Pid"])
    assert int(status["CapEff"], 16) == 1 << 5 | 1 << 6 | 1 << 7
    assert int(status["CapBnd"], 16) == 1 << 5 | 1 << 6 | 1 << 7
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


# ── what student code finds ──────────────────────────────────────────────────────────────────────────────────────


def process_status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def test_a_child_is_nobody(child):
    """A user of its own, without groups or capabilities, under a filter, as the kernel tells it from outside."""
    status = process_status(child.host_pid)
    uids = {int(uid) for uid in status["Uid"].split()}
    assert len(uids) == 1
    assert uids.pop() >= 60_000
    assert status["Groups"] == ""
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_two_children_are_two_users(sandbox):
    """So that one that stays behind can do nothing to the next."""
    one, other = sandbox.fork(), sandbox.fork()
    assert process_status(one.host_pid)["Uid"] != process_status(other.host_pid)["Uid"]
    one.close()
    other.close()


def test_there_is_no_network(child):
    """No interface but loopback, and no socket to use it with."""
    found = said(
        child,
        """
        import os, socket
        def f():
            try:
                socket.socket()
            except OSError as error:
                return os.listdir("/sys/class/net"), error.errno
        """,
    )
    assert found == (["lo"], 1)


def test_nothing_can_be_written_but_scratch(child):
    """Every folder of the container refuses a file, but /tmp and /dev/shm."""
    writable = said(
        child,
        """
        import os
        def f():
            found = set()
            for top in ("/", "/opt", "/usr", "/var", "/etc", "/home", "/run", "/dev", "/tmp", "/gradus", "/root", "/srv"):
                for folder, folders, _ in os.walk(top):
                    folders[:] = [] if folder.count("/") > 3 else [x for x in folders if x not in ("proc", "sys")]
                    try:
                        with open(os.path.join(folder, "probe"), "w") as file:
                            file.write("x")
                        found.add(folder)
                    except OSError:
                        pass
            return sorted(x for x in found if not x.startswith("/tmp/gradus-"))
        """,
    )
    assert set(writable) <= {"/tmp", "/dev/shm"}
    assert "/tmp" in writable


def test_what_is_written_cannot_be_executed(child):
    """Code in scratch is not mapped to run, as that of a library outside of it is."""
    found = said(
        child,
        """
        import mmap, os, shutil
        def mapped(name):
            with open(name, "rb") as file:
                try:
                    return len(mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC))
                except PermissionError:
                    return "refused"
        def f():
            shutil.copy("/bin/true", "true")
            os.chmod("true", 0o755)
            return mapped("true"), mapped("/bin/true")
        """,
    )
    assert found == ("refused", 4096)


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_files_end_at_their_limit(backend, folder):
    """Many files, each small enough, are refused together at 8 MB."""
    with_room = backend.open(LIMITS)
    written, errno = said(
        with_room.fork(),
        f"""
        def f():
            total = 0
            for number in range(100):
                try:
                    with open(f"{folder}/{{number}}", "wb", buffering=0) as file:
                        total += file.write(bytes(2**20))
                except OSError as error:
                    return total, error.errno
            return total, 0
        """,
    )
    with_room.close()
    assert errno == 28
    assert written <= 8 * 2**20


def test_the_zygote_cannot_be_touched(child):
    """Neither signalled, nor read, nor its files found."""
    found = said(
        child,
        """
        import os
        def f():
            refused = []
            for attempt in (
                lambda: os.kill(os.getppid(), 9),
                lambda: os.kill(1, 9),
                lambda: open(f"/proc/{os.getppid()}/mem", "rb").read(1),
                lambda: open(f"/proc/{os.getppid()}/environ", "rb").read(),
                lambda: os.listdir(f"/proc/{os.getppid()}/fd"),
                lambda: os.listdir("/gradus"),
                lambda: os.setuid(0),
            ):
                try:
                    attempt()
                    refused.append("allowed")
                except PermissionError:
                    refused.append("refused")
            return refused
        """,
    )
    assert found == ["refused"] * 7


# ── limits that hold ─────────────────────────────────────────────────────────────────────────────────────────────


def test_processes_end_at_their_limit(backend):
    """A fork bomb is refused, costs its submission no more than a child, and leaves no process."""
    bombed = backend.open(LIMITS)
    count = said(
        bombed.fork(),
        """
        import os, time
        def f():
            for number in range(500):
                try:
                    if os.fork() == 0:
                        time.sleep(1000)
                except OSError:
                    return number
        """,
    )
    assert 5 < count <= 20
    bombed._children[-1].close()
    assert len(docker("top", bombed._place.launch.name).splitlines()) == 3  # a heading, init, the zygote
    assert said(bombed.fork(), "def f(): return 3") == 3
    bombed.close()


def test_memory_of_many_processes_ends_at_the_container_s_limit(backend):
    """Each of them is within its own limit: the kernel kills for the sum, the zygote lives, the next child is fresh."""
    hungry = backend.open(LIMITS)
    greedy = hungry.fork()
    name = hungry._place.launch.name
    with pytest.raises(StudentFault) as caught:
        said(
            greedy,
            """
            import os, time
            def f():
                for number in range(18):
                    if os.fork() == 0:
                        os.closerange(3, 30)  # or their open ends would keep the connection alive
                        time.sleep(1)
                        kept = bytearray(b"x") * (50 * 2**20)
                        time.sleep(1000)
                kept = bytearray(b"x") * (220 * 2**20)  # the largest, so the first to be killed
                time.sleep(1000)
            """,
        )
    assert caught.value.verdict is Verdict.MEMORY
    assert said(hungry.fork(), "def f(): return 3") == 3
    assert hungry._place.launch.name == name
    hungry.close()


def test_a_submission_finds_nothing_of_the_one_before(backend):
    """Another container, whose scratch is empty."""
    one = backend.open(LIMITS)
    assert said(one.fork(), "def f(): return open('/tmp/left', 'w').write('secret')") == 6
    one.close()
    other = backend.open(LIMITS)
    found = said(other.fork(), "import os\ndef f(): return [x for x in os.listdir('/tmp') if x[:7] != 'gradus-']")
    other.close()
    assert found == []


# ── faults of the world ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_container_that_is_killed_is_replaced(backend):
    """What it was doing is the grader's fault, and the next child comes from another container."""
    broken = backend.open(LIMITS)
    child = broken.fork()
    name = broken._place.launch.name
    docker("kill", name)
    with pytest.raises(GraderFault):
        said(child, "def f(): return 3")
    assert said(broken.fork(), "def f(): return 3") == 3
    assert broken._place.launch.name != name
    broken.close()


def test_a_daemon_that_is_down_is_told(monkeypatch):
    """Before anything is started, with what to do."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    assert "daemon is not running. Start it: systemctl start docker" in (obstacle(private=(), gpu=False) or "")
    with pytest.raises(Refused, match="cannot be used here: the Docker daemon is not running"):
        open_backend("docker")


def test_a_daemon_that_goes_down_between_two_submissions_is_the_grader_s_fault(monkeypatch):
    """A fault that says so, and no folder is left behind."""
    stopped = DockerBackend(spare=False)
    before = set(Path(tempfile.gettempdir()).glob(f"{mark()}*"))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    place = stopped.open(LIMITS)
    with pytest.raises(GraderFault, match="the Docker daemon is not running"):
        place.fork()
    assert set(Path(tempfile.gettempdir()).glob(f"{mark()}*")) <= before


def test_an_image_that_is_missing_is_told(monkeypatch):
    """With the command that builds it, and without asking a registry for it."""
    monkeypatch.setenv("GRADUS_IMAGE", "gradus:none-such")
    reason = obstacle(private=(), gpu=False) or ""
    assert reason.startswith("there is no image gradus:none-such; build it in the kit's sources: ci/image")
    missing = DockerBackend(spare=False)
    with pytest.raises(GraderFault, match="there is no image gradus:none-such"):
        missing.open(LIMITS).fork()


def test_an_image_of_other_sources_is_told(monkeypatch):
    """By its label before anything is started, and by the zygote itself where there is no label."""
    monkeypatch.setattr(module, "stamp", lambda: "0" * 16)
    assert "was made from other sources of the kit" in (obstacle(private=(), gpu=False) or "")
    monkeypatch.setattr(zygote, "stamp", lambda: "0" * 16)
    before = containers()
    stale = DockerBackend(spare=False)
    sandbox = stale.open(LIMITS)
    with pytest.raises(GraderFault, match=r"build its image again \(docs/image\.md\)"):
        sandbox.fork()
    sandbox.close()
    stale.close()
    assert containers() <= before


def test_an_assignment_for_a_gpu_is_refused_without_one():
    """Clearly, and before anything is started."""
    if Path("/dev/nvidiactl").exists():
        pytest.skip("there is a GPU here")
    assert "the assignment asks for a GPU, and" in (obstacle(private=(), gpu=True) or "")


# ── nothing is left ──────────────────────────────────────────────────────────────────────────────────────────────


def test_one_container_waits_from_the_second_submission_on():
    """None is started for a submission that comes alone, never more than one waits, and none stays."""
    before = containers()
    waiting = DockerBackend()
    assert len(started_since(before, 1)) == 1
    one = waiting.open(Limits())
    assert one.fork().pid
    assert len(started_since(before)) == 1
    other = waiting.open(Limits())
    assert other.fork().pid
    assert len(started_since(before, 3)) == 3
    third = waiting.open(Limits(memory_mb=300))  # what waits is of another size
    for sandbox in (one, other, third):
        sandbox.close()
    waiting.close()
    assert started_since(before) == set()


def started_since(before: set[str], awaited: int = 0) -> set[str]:
    """Our containers that were not there before, once there are as many as awaited, or after 10 s."""
    deadline = time.monotonic() + 10
    while len(found := containers() - before) < awaited and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_a_grader_that_is_killed_leaves_nothing_for_long():
    """Its containers end with its connection, or when the next grader starts."""
    program = (
        "from autograder.sandbox.backends.docker import DockerBackend; from autograder.course.models import Limits; import time;"
        "s = DockerBackend(spare=False).open(Limits()); s.fork(); print(s._place.launch.name, flush=True);"
        "time.sleep(1000)"
    )
    grader = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert grader.stdout is not None
    name = grader.stdout.readline().strip()
    assert docker("ps", "--quiet", "--filter", f"name={name}").strip()
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    docker_owner.reap()
    deadline = time.monotonic() + 20  # Docker may be removing it just now
    while (
        left := docker("ps", "--all", "--quiet", "--filter", f"name={name}").strip()
    ) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


def test_the_next_start_reaps_what_nobody_owns():
    """By its label; a container of a living grader, or of one that cannot be seen from here, is left alone."""
    boot, namespace, pid, started = docker_owner.owner().split("-")
    labels = {
        "gone": f"{boot}-{namespace}-{pid}-1",
        "ours": docker_owner.owner(),
        "elsewhere": f"{boot}-1-{pid}-1",
        "reboot": f"0-{namespace}-{pid}-{started}",
    }
    names = {key: f"gradus-test-{key}-{os.getpid()}" for key in labels}
    for key, label in labels.items():
        docker("create", "--name", names[key], "--label", f"{docker_owner.LABEL}={label}", module.image())
    try:
        reaped = set(docker_owner.reap())
        assert {key for key in names if names[key] in reaped} == {"gone", "reboot"}
        left = docker("ps", "--all", "--filter", "name=gradus-test-", "--format", "{{.Names}}").split()
        assert {key for key in names if names[key] in left} == {"ours", "elsewhere"}
    finally:
        docker_owner.remove(names["ours"], names["elsewhere"])


@pytest.mark.parametrize("delay", [0, 0.05, 0.2])
def test_a_container_that_is_still_starting_can_be_ended(delay):
    """Docker's client comes to its own end, it is not given up on; nothing is left."""
    before = set(Path(tempfile.gettempdir()).glob(f"{mark()}*"))
    launch = ContainerLaunch(Size.of(LIMITS, gpu=False))
    time.sleep(delay)
    launch.end(at_once=True)
    launch.finish()
    assert launch._client.returncode == 0
    assert launch.name not in containers()
    assert set(Path(tempfile.gettempdir()).glob(f"{mark()}*")) <= before


def test_the_next_child_of_the_same_submission_finds_no_file(backend):
    """Locked, deep, many and hidden ones: each child is another user, who could not remove them."""
    sandbox = backend.open(LIMITS)
    first = sandbox.fork()
    left = said(
        first,
        """
        import os
        def f():
            for place in ("/tmp", "/dev/shm"):
                for name in ("a", ".b", "-rf", "c d"):
                    open(f"{place}/{name}", "x").close()
                for number in range(600):
                    open(f"{place}/many-{number}", "x").close()
                os.chdir(place)
                for _ in range(200):
                    os.mkdir("deep")
                    os.chdir("deep")
                os.mkdir(f"{place}/locked")
                open(f"{place}/locked/x", "x").close()
                os.chmod(f"{place}/locked", 0)
                os.symlink("/etc/passwd", f"{place}/link")
            return len(os.listdir("/tmp"))
        """,
    )
    assert left > 600
    found = "import os\ndef f(): return [x for p in ('/tmp', '/dev/shm') for x in os.listdir(p) if p + '/' + x != os.getcwd()]"
    first.close()
    assert said(sandbox.fork(), found) == []
    sandbox.close()
