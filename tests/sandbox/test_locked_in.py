"""What student code cannot do under any backend that locks it in: docker, bubblewrap, uid."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from autograder.course.verdict import Verdict
from autograder.sandbox.backends.container import Size
from autograder.sandbox.faults import StudentFault
from autograder.sandbox.leftovers import mark

from .conftest import LIMITS, Lab

HERE = Path(__file__).resolve()


def tried(lab: Lab, expression: str) -> str:
    """What evaluating the expression in a child comes to, an exception by its name."""
    lines = f"try:\n    return repr({expression})\nexcept BaseException as error:\n    return type(error).__name__"
    return str(lab.run(lines))


def status(lab: Lab, field: str) -> str:
    found = lab.run("return [line.split(':') for line in open('/proc/self/status')]")
    return str(next(words[1].strip() for words in found if words[0] == field))


def test_it_is_nobody_and_may_nothing(lab: Lab) -> None:
    assert os.geteuid() == 0
    for field in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(status(lab, field), 16) == 0
    assert status(lab, "NoNewPrivs") == "1"
    assert status(lab, "Seccomp") == "2"
    assert set(status(lab, "Uid").split()) != {"0"}
    assert status(lab, "Groups") == ""


def test_no_two_children_are_the_same_user(lab: Lab) -> None:
    one, other = lab.sandbox.fork(), lab.sandbox.fork()
    users = [lab.run("return os.getuid()", child=child) for child in (one, other)]
    assert len(set(users)) == 2
    one.close()
    other.close()


@pytest.mark.parametrize(
    "expression",
    [
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.create_connection(('127.0.0.1', 22))",
        "os.memfd_create('x')",
        "os.setuid(0)",
        "os.chroot('/')",
        "os.sethostname('x') if hasattr(os, 'sethostname') else socket.sethostname('x')",
        "time.clock_settime(time.CLOCK_REALTIME, 0)",
        "os.pidfd_open(os.getppid() or 1)",
        "__import__('resource').prlimit(os.getppid() or 1, 0)",
        "subprocess.run([sys.executable, '-c', 'pass'])",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
    ],
)
def test_refused_by_the_kernel(lab: Lab, expression: str) -> None:
    assert tried(lab, expression) in ("PermissionError", "ProcessLookupError")


@pytest.mark.parametrize(("call", "number"), [("unshare(0x10000000)", 1), ("ptrace(16, 1, 0, 0)", 1)])
def test_refused_by_the_filter(lab: Lab, call: str, number: int) -> None:
    lines = f"libc = ctypes.CDLL(None, use_errno=True)\nreturn [libc.{call}, ctypes.get_errno()]"
    assert lab.run(lines) == [-1, number]


def test_nobody_else_can_be_signalled(lab: Lab) -> None:
    """The zygote, the grader, and whatever else has a number."""
    lines = (
        "reached = []\n"
        "for entry in os.listdir('/proc'):\n"
        "    if entry.isdigit() and int(entry) != os.getpid():\n"
        "        try:\n"
        "            os.kill(int(entry), 0)\n"
        "            reached.append(int(entry))\n"
        "        except OSError:\n"
        "            pass\n"
        "return reached"
    )
    assert lab.run(lines) == []


def test_what_may_be_done_still_works(lab: Lab) -> None:
    assert tried(lab, "socket.socketpair()[0].family.name") == "'AF_UNIX'"
    assert tried(lab, "__import__('tempfile').TemporaryFile().write(b'x')") == "1"
    assert tried(lab, "open('x', 'w').write('x')") == "1"
    assert tried(lab, "__import__('resource').getrlimit(0)[0] > 0") == "True"
    assert tried(lab, "__import__('wave').__name__") == "'wave'"  # nothing of it was imported before
    assert tried(lab, "__import__('torch.onnx.errors').__name__") == "'torch'"
    thread = "t = __import__('threading').Thread(target=print)\nt.start()\nt.join()\nreturn 1"
    assert lab.run(thread) == 1


def test_files_beside_this_one_cannot_be_read(lab: Lab) -> None:
    if lab.name == "uid":
        pytest.skip("uid closes nothing by itself: it refuses to start while private folders are open")
    assert tried(lab, f"open({str(HERE)!r}).read()") == "FileNotFoundError"
    assert tried(lab, f"os.listdir({str(HERE.parent)!r})") == "FileNotFoundError"


def test_nothing_can_be_written_but_scratch(lab: Lab) -> None:
    lines = (
        "found = []\n"
        "for folder, inner, _ in os.walk('/'):\n"
        "    inner[:] = [name for name in inner if (folder, name) != ('/', 'proc')]\n"
        "    if os.access(folder, os.W_OK):\n"
        "        found.append(folder)\n"
        "        inner.clear()\n"
        "return found"
    )
    scratch = lab.run("return os.getcwd()")
    places = lab.run(lines, seconds=60)  # it reads every folder there is
    allowed = ("/tmp", "/dev/shm", "/scratch", "/var/tmp", "/run/lock", "/dev/mqueue", scratch)
    assert places
    assert [place for place in places if not place.startswith(allowed)] == []


def test_the_next_child_finds_nothing_of_the_last(lab: Lab) -> None:
    lines = (
        "done = []\n"
        "for place in ('.', '/tmp', '/dev/shm', '/var/tmp'):\n"
        "    try:\n"
        "        open(place + '/gradus-left', 'x').close()\n"
        "        done.append(place)\n"
        "    except OSError as error:\n"
        "        if isinstance(error, FileExistsError):\n"
        "            done.append('found')\n"
        "return done"
    )
    first = lab.run(lines)
    assert len(first) >= 2
    with_fresh = lab.backend.open(LIMITS)
    again = Lab(lab.name, lab.backend, with_fresh)
    assert again.run(lines) == first
    with_fresh.close()


def test_an_environment_without_secrets(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_SECRET", "x")
    assert tried(lab, "[k for k in os.environ if k.startswith(('GRADER', 'AWS', 'SSH', 'GITHUB'))]") == "[]"


def fault(lab: Lab, body: str) -> StudentFault:
    with pytest.raises(StudentFault) as caught:
        lab.run(body)
    return caught.value


def test_memory_of_all_its_processes_together_is_limited(lab: Lab) -> None:
    """Each takes less than it may, all together far more: a limit for each process would let it pass.

    Which of them the kernel ends is its choice; that no more are left than there is room for is the limit.
    """
    if lab.name == "uid":
        pytest.skip("uid has no control group: the container's own limit bounds the sum")
    group_mb = LIMITS.memory_mb + 2 * LIMITS.file_mb  # with the zygote in it where that is in the same container
    least = 10 - (Size.of(LIMITS, gpu=False).memory_mb if lab.name == "docker" else group_mb) // 120
    body = (
        "pids = []\n"
        "for _ in range(10):\n"
        "    pids.append(os.fork())\n"
        "    if pids[-1] == 0:\n"
        "        held = bytearray(b'x') * (120 * 2**20)\n"
        "        time.sleep(60)\n"
        "deadline, ended = time.time() + 8, 0\n"
        "while time.time() < deadline and ended < LEAST:\n"
        "    ended += sum(os.waitpid(pid, os.WNOHANG)[0] > 0 for pid in pids)\n"
        "    pids = [pid for pid in pids if os.path.exists(f'/proc/{pid}')]\n"
        "    time.sleep(0.02)\n"
        "return ended"
    )
    try:
        ended, verdict = lab.run(body.replace("LEAST", str(least))), None
    except StudentFault as fault:
        ended, verdict = 0, fault.verdict
    assert verdict is Verdict.MEMORY or ended >= least >= 4


def test_processes_are_counted(lab: Lab) -> None:
    body = (
        "started = 0\n"
        "try:\n"
        "    while started < 200:\n"
        "        if os.fork() == 0:\n"
        "            time.sleep(60)\n"
        "            os._exit(0)\n"
        "        started += 1\n"
        "except OSError:\n"
        "    pass\n"
        "return started"
    )
    assert 5 < lab.run(body) <= LIMITS.processes + 8


def test_the_disk_is_limited(lab: Lab) -> None:
    body = (
        "written = 0\n"
        "try:\n"
        "    for number in range(100):\n"
        "        with open(f'{number}', 'wb') as file:\n"
        "            file.write(bytes(2**20))\n"
        "            written += 1\n"
        "        time.sleep(0.02)\n"
        "except OSError:\n"
        "    pass\n"
        "return written"
    )
    if lab.name == "uid":
        caught = fault(lab, body)
        assert (caught.verdict, caught.message) == (Verdict.OUTPUT_LIMIT, "wrote more than 8 MB of files")
    else:
        assert 4 < lab.run(body) <= 8


def test_a_daemon_goes_with_its_child(lab: Lab) -> None:
    marker = f"daemon{os.getpid() % 10_000}"
    body = (
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        ctypes.CDLL(None).prctl(15, b'{marker}')\n"
        "        while True:\n"
        "            time.sleep(60)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "time.sleep(0.2)\n"
        "return 1"
    )
    child = lab.sandbox.fork()
    assert lab.run(body, child=child) == 1
    assert running(marker)
    child.close()
    assert not running(marker)


def running(marker: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "comm").read_text().strip() == marker and "State:\tZ" not in (entry / "status").read_text():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_children_leave_nothing(lab: Lab) -> None:
    """No descriptor, mount, control group or file after 30 children, a third of which were killed."""

    def held() -> tuple[int, int, list[str], list[str]]:
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
        mounts = sum("/docker/" not in line for line in lines)  # of containers that others started
        groups = sorted(str(path) for path in Path("/sys/fs/cgroup").glob(f"**/{mark()}*"))
        files = sorted(path.name for path in Path("/tmp").glob(f"{mark()}*"))
        return len(os.listdir("/proc/self/fd")), mounts, groups, files

    lab.sandbox.fork().close()
    time.sleep(0.3)
    before = held()
    for number in range(30):
        child = lab.sandbox.fork()
        if number % 3 == 0:
            with pytest.raises(StudentFault):
                lab.run("os._exit(3)", child=child)
        child.close()
    time.sleep(0.3)
    assert held() == before
