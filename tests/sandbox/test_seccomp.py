"""The filter of system calls, read by an interpreter of BPF written here from the kernel's documentation."""

from __future__ import annotations

import errno

import pytest

from autograder.child import seccomp

ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS


def verdict(machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """What the filter returns for one call. `struct seccomp_data`: nr, arch, instruction pointer (8), args (8 each)."""
    data = {0: number, 4: ARCH[machine] if arch is None else arch}
    for index, value in enumerate(arguments):
        data[16 + 8 * index] = value & 0xFFFFFFFF
    lines = seccomp.program(machine)
    at = accumulator = 0
    while True:
        code, if_true, if_false, operand = lines[at]
        at += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            accumulator = data.get(operand, 0)
            continue
        holds = {0x15: accumulator == operand, 0x35: accumulator >= operand, 0x45: bool(accumulator & operand)}[code]
        at += if_true if holds else if_false


# Numbers from the kernel's tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
REFUSED = {
    "x86_64": {"socket": 41, "connect": 42, "bind": 49, "ptrace": 101, "unshare": 272, "setns": 308, "mount": 165,
               "io_uring_setup": 425, "bpf": 321, "keyctl": 250, "userfaultfd": 323, "memfd_create": 319,
               "process_vm_readv": 310, "shmget": 29, "msgget": 68, "semget": 64, "mq_open": 240, "pidfd_open": 434,
               "open_by_handle_at": 304, "perf_event_open": 298, "chroot": 161, "execve": 59, "execveat": 322},
    "aarch64": {"socket": 198, "connect": 203, "bind": 200, "ptrace": 117, "unshare": 97, "setns": 268, "mount": 40,
                "io_uring_setup": 425, "bpf": 280, "keyctl": 219, "userfaultfd": 282, "memfd_create": 279,
                "process_vm_readv": 270, "shmget": 194, "msgget": 186, "semget": 190, "mq_open": 180, "pidfd_open": 434,
                "open_by_handle_at": 265, "perf_event_open": 241, "chroot": 51, "execve": 221, "execveat": 281},
}  # fmt: skip
ALLOWED = {
    "x86_64": {"read": 0, "write": 1, "mmap": 9, "sendto": 44, "recvmsg": 47, "kill": 62, "openat": 257,
               "futex": 202, "exit_group": 231, "getrandom": 318, "vfork": 58},
    "aarch64": {"read": 63, "write": 64, "mmap": 222, "sendto": 206, "recvmsg": 212, "kill": 129,
                "openat": 56, "futex": 98, "exit_group": 94, "getrandom": 278},
}  # fmt: skip


@pytest.mark.parametrize(("machine", "name"), [(m, n) for m, calls in REFUSED.items() for n in calls])
def test_refused(machine, name):
    """What reaches beyond the process."""
    assert verdict(machine, REFUSED[machine][name]) == EPERM


@pytest.mark.parametrize(("machine", "name"), [(m, n) for m, calls in ALLOWED.items() for n in calls])
def test_allowed(machine, name):
    """What every program needs."""
    assert verdict(machine, ALLOWED[machine][name]) == ALLOW


@pytest.mark.parametrize(("machine", "clone", "clone3"), [("x86_64", 56, 435), ("aarch64", 220, 435)])
def test_processes_and_threads_may_start_in_the_same_namespaces(machine, clone, clone3):
    """clone3 is said not to exist: its flags cannot be seen, and the C library falls back to clone."""
    thread, fork = 0x003D0F00, 0x01200011
    assert verdict(machine, clone, thread) == verdict(machine, clone, fork) == ALLOW
    for namespace in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert verdict(machine, clone, fork | namespace) == EPERM
    assert verdict(machine, clone3) == ENOSYS


@pytest.mark.parametrize(
    ("machine", "socketpair", "prlimit", "prctl"), [("x86_64", 53, 302, 157), ("aarch64", 199, 261, 167)]
)
def test_calls_that_are_harmless_on_oneself(machine, socketpair, prlimit, prctl):
    """A pair of Unix sockets, one's own limits, and one's own name, but not what the kernel notes of the process."""
    assert verdict(machine, prctl, 15) == ALLOW
    assert verdict(machine, prctl, 4) == EPERM
    assert verdict(machine, socketpair, 1) == ALLOW
    assert verdict(machine, socketpair, 2) == EPERM
    assert verdict(machine, prlimit, 0) == ALLOW
    assert verdict(machine, prlimit, 7) == EPERM


def test_other_tables_of_calls_end_the_process():
    """32-bit calls by int 0x80, and x32's by a bit in the number."""
    assert verdict("x86_64", 0, arch=0x40000003) == KILL
    assert verdict("x86_64", 0x40000000 | 41) == KILL


def test_no_number_stands_twice():
    """A slip in the table would refuse another call than the one that is named."""
    for column in (0, 1):
        numbers = [pair[column] for pair in seccomp._REFUSED.values() if pair[column] is not None]
        assert len(numbers) == len(set(numbers))


def test_an_unknown_machine_is_an_error(monkeypatch):
    """No filter is no sandbox."""
    monkeypatch.setattr("os.uname", lambda: type("U", (), {"machine": "riscv64"}))
    with pytest.raises(OSError, match="there is no filter of system calls for riscv64"):
        seccomp.install()
