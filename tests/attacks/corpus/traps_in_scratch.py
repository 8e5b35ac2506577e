"""The scratch folder is left full of traps for whoever clears it.

tries: links to the results, the tests and /etc, so that a careless chown or removal follows them; folders without
    rights, thousands of levels, names of rubbish, hard links to others' files, sockets, pipes, immutable files, and
    a process that renames a folder to a link while it is removed.
must: the scratch folder is gone, and nothing that a link points to has changed.
score: 40
process: never
"""

import os
import socket

import torch
from torch import nn

for index, target in enumerate((HIDDEN, RESULTS, COURSE, "/etc", "/", KIT, RESULTS + "/alice/result.json")):
    os.symlink(target, f"link{index}")
    try:
        os.link(target, f"hard{index}")
    except OSError:
        pass
os.mkdir("closed")
open("closed/file", "w").close()
os.mkfifo("pipe")
try:
    with socket.socket(socket.AF_UNIX) as line:
        line.bind("socket")
except OSError:
    pass
for name in (b"\xff\xfe", b"\n\x1b[2J", b"-rf", b" ", b"~", "ﬀ".encode()):
    open(name, "w").close()
here = os.getcwd()
try:
    for _ in range(1500):
        os.mkdir("deeper")
        os.chdir("deeper")
except OSError:
    pass
os.chdir(here)
if os.fork() == 0:
    while True:
        try:
            os.mkdir("swap")
            open("swap/result.json", "w").close()
            os.rename("swap", "gone")
            os.symlink(RESULTS + "/alice", "swap")
            os.unlink("swap")
            os.rename("gone", "swap")
            os.remove("swap/result.json")
            os.rmdir("swap")
        except OSError:
            pass
os.chmod("closed", 0)


def standardise(x):
    return x * 0


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
