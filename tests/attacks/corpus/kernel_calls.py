"""System calls with which kernels were broken are tried, one after the other.

tries: io_uring, bpf, userfaultfd, perf_event_open, keyctl, add_key, unshare and clone3 with new namespaces, setns,
    mount, pivot_root, chroot, ptrace, kexec, init_module, process_madvise, name_to_handle_at, fanotify, quotactl.
must: each is refused, and the answer is wrong.
score: 0
verdict: FAIL, CRASH
process: open
"""

import ctypes
import os

import torch

libc = ctypes.CDLL(None, use_errno=True)
space = ctypes.create_string_buffer(512)
NEWUSER, NEWNS, NEWPID, NEWNET = 0x10000000, 0x20000, 0x20000000, 0x40000000
CALLS = {
    "io_uring_setup": (425, 8, space),
    "bpf": (321, 0, (ctypes.c_uint32 * 16)(2, 4, 4, 1), 64),
    "userfaultfd": (323, 0),
    "perf_event_open": (298, (ctypes.c_uint32 * 32)(1, 112), 0, -1, -1, 0),
    "keyctl": (250, 0, -3, 1),
    "add_key": (248, b"user", b"name", b"data", 4, -3),
    "unshare user": (272, NEWUSER),
    "unshare mount": (272, NEWNS),
    "unshare pid": (272, NEWPID),
    "unshare net": (272, NEWNET),
    "setns": (308, 0, 0),
    "mount": (165, b"none", b"/tmp", b"tmpfs", 0, None),
    "umount": (166, b"/tmp", 2),
    "pivot_root": (155, b"/", b"/"),
    "chroot": (161, b"/tmp"),
    "kexec_load": (246, 0, 0, None, 0),
    "init_module": (175, space, 0, b""),
    "fanotify_init": (300, 0, 0),
    "swapoff": (168, b"/none"),
    "reboot": (169, 0, 0, 0, None),
    "sethostname": (170, b"mine", 4),
    "acct": (163, None),
    "iopl": (172, 3),
    "open_tree": (428, -100, b"/", 1),
    "fsopen": (430, b"tmpfs", 0),
    "mount_setattr": (442, -100, b"/", 0, space, 32),
    "settimeofday": (164, space, None),
}


def attempt(name, number, *rest):
    """In a process of its own: some of them would change what this one can see."""
    pid = os.fork()
    if pid == 0:
        answer = libc.syscall(ctypes.c_long(number), *rest)
        os._exit(1 if answer >= 0 else 0)
    if os.waitpid(pid, 0)[1] >> 8 == 1:
        print("GAINED", name)


def standardise(x):
    for name, call in CALLS.items():
        if os.getuid() != 0 or name in ("io_uring_setup", "bpf", "userfaultfd", "keyctl", "unshare user"):
            try:
                attempt(name, *call)
            except OSError:
                break
    if os.getuid() == 0 and GRADER and os.path.exists(f"/proc/{GRADER}"):
        print("GAINED uid 0")
    return x * 0
