"""Unix sockets of the machine are looked for and talked to, by path and by abstract name.

tries: every socket that can be seen from /, the service in the temporary folder, abstract names in
    /proc/net/unix, D-Bus, systemd, containerd; a started zygote's own, which is asked to fork and to reap.
must: none answers.
score: 0
verdict: FAIL, CRASH
process: open
bare: reaches
"""

import json
import os
import socket
import stat

import torch


def call(address):
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_UNIX, kind) as line:
                line.settimeout(0.3)
                line.connect(address)
                line.sendall(json.dumps({"op": "reap", "pid": 1, "patience": 0}).encode() + b"\n")
                answer = line.recv(200) if kind != socket.SOCK_DGRAM else b""
                print("GAINED", address, answer)
                return
        except OSError:
            continue


found = [os.path.join(os.path.dirname(TMP), "service.sock"), f"\0{MARK}-service"]
try:
    for line in open("/proc/net/unix").read().splitlines()[1:]:
        parts = line.split()
        if len(parts) > 7 and MARK in parts[7]:
            found.append(parts[7].replace("@", "\0", 1))
except OSError:
    pass
for place in (
    "/run",
    "/tmp",
    "/var/run",
    TMP,
    os.getcwd(),
    os.path.dirname(TMP),
    "/dev",
    "/gradus",
    "/sandbox",
    "/mnt",
):
    for root, folders, files in os.walk(place):
        if root.count("/") - place.count("/") > 1:
            folders.clear()
        for name in files:
            path = os.path.join(root, name)
            try:
                # Without a boundary, other people's services on this machine are left alone.
                ours = os.getuid() != 0 or path.startswith(os.path.dirname(TMP))
                if stat.S_ISSOCK(os.lstat(path).st_mode) and ours:
                    found.append(path)
            except OSError:
                pass
for address in dict.fromkeys(found):
    call(address)


def standardise(x):
    return x * 0
