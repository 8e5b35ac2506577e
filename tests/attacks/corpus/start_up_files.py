"""Files that Python executes when it starts are written wherever that is possible.

tries: a .pth file, sitecustomize, usercustomize, conftest.py and a module torch.py go into site-packages, the kit,
    the user's own site, the scratch folder and the folders of the tests, for the next process that starts.
must: nothing outside of the scratch folder can be written, nothing is left, and the next submission is graded.
score: 40
process: never
"""

import os
import site
import sys

import torch
from torch import nn

FOLDERS = [
    *sys.path, *site.getsitepackages(), site.getusersitepackages(), KIT, KIT + "/autograder", COURSE, HIDDEN, RESULTS,
    os.getcwd(), TMP, "/tmp", "/usr/lib/python3/dist-packages", os.path.dirname(os.__file__),
]  # fmt: skip
TEXT = f"import os\nopen('/tmp/{MARK}-came-back', 'w')\n"

for folder in dict.fromkeys(FOLDERS):
    for name in (f"{MARK}.pth", f"sitecustomize.{MARK}.py"):
        try:
            with open(os.path.join(folder or ".", name), "w") as file:
                file.write(TEXT)
            if folder in (KIT, COURSE, HIDDEN, RESULTS) or folder.endswith("-packages"):
                print("GAINED wrote into", folder)
        except OSError:
            pass
for name in ("sitecustomize.py", "usercustomize.py", "conftest.py", "torch.py", "json.py", "autograder.py"):
    with open(name, "w") as file:
        file.write(TEXT)


def standardise(x):
    return torch.zeros_like(x)


class Affine(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
