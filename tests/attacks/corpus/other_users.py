"""Another user's rights are taken: setuid programs, capabilities, groups, ids.

tries: every setuid and setgid program is executed (su, mount, ping, passwd), setuid(0) and setresuid to the zygote's
    and the grader's ids, capset, a file of its own made setuid, sudo without a password.
must: ids, groups and capabilities stay as they are.
score: 0
verdict: FAIL, CRASH, TIMEOUT
process: open
"""

import ctypes
import os
import shutil
import subprocess

import torch

libc = ctypes.CDLL(None, use_errno=True)
me = os.getuid()
if me == 0 and os.path.exists(f"/proc/{GRADER}"):
    print("GAINED uid 0 on the grader's machine")
else:
    for uid in (0, 1000, 65534, me + 1, me - 1):
        for call in (lambda: os.setuid(uid), lambda: os.setresuid(uid, uid, uid), lambda: os.setgroups([0])):
            try:
                if uid not in os.getresuid():
                    call()
                    print("GAINED the uid", uid)
            except OSError:
                pass
    for program in ("su", "sudo", "mount", "ping", "newgrp", "chfn", "pkexec", "newuidmap", "fusermount3"):
        path = shutil.which(program, path="/usr/bin:/bin:/usr/sbin:/sbin")
        if path:
            try:
                done = subprocess.run(
                    [path, "-c", "id -u"] if program == "su" else [path, "--version"] if program != "sudo" else [path, "-n", "id"],
                    capture_output=True, timeout=1, stdin=subprocess.DEVNULL,
                )  # fmt: skip
                if b"uid=0" in done.stdout or done.stdout.strip() == b"0":
                    print("GAINED", program)
            except (OSError, subprocess.SubprocessError):
                pass
    status = open("/proc/self/status").read()
    wanted = {"CapEff": 0, "CapPrm": 0, "CapBnd": None, "NoNewPrivs": 1, "CapAmb": 0}
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if wanted.get(name) is not None and int(value, 16) != wanted[name]:
            print("GAINED", line)


def standardise(x):
    return x * 0
