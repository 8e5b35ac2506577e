"""Write the lock files of the image: every package with its version and the hashes of all its files.

    python ci/lock_image.py        (needs `uv` on the PATH, or UV=/path/to/uv)

ci/image.lock        what every flavour holds, and what builds the kit's wheel is in ci/image-build.lock
ci/torch-cuda.lock   torch as PyPI has it, with the CUDA libraries that it asks for
ci/torch-cpu.lock    torch's CPU build, which is not on PyPI: its hashes are kept from one run to the next
"""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

CI = Path(__file__).resolve().parent
PYPROJECT = CI.parent / "pyproject.toml"
INDEX = "https://pypi.org/simple"
CUDA = re.compile(r"^(torch|triton|nvidia-|cuda-)")
# One numpy for every Python that a base may have: values that depend on its version would depend on the base.
ONE_FOR_ALL = "numpy<2.5"


def main() -> None:
    """Write all locks that can be written here."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    everything = entries([*project["project"]["dependencies"], ONE_FOR_ALL])
    write("image.lock", [entry for entry in everything if not CUDA.match(entry)])
    write("torch-cuda.lock", [entry for entry in everything if CUDA.match(entry)])
    write("image-build.lock", entries(project["build-system"]["requires"]))
    torch = next(entry for entry in everything if entry.startswith("torch=="))
    version = torch.split()[0]
    if f"{version}+cpu" not in (CI / "torch-cpu.lock").read_text(encoding="utf-8"):
        print(f"ci/torch-cpu.lock: write {version}+cpu there, with the hashes of its wheels (pip hash FILE).")


def entries(requirements: list[str]) -> list[str]:
    """The locked packages, each with its hashes, in the order of their names. Needs the index."""
    command = [os.environ.get("UV", "uv"), "pip", "compile", "--no-config", "--generate-hashes", "--no-annotate"]
    command += ["--no-header", "--python-version", "3.11", "--universal", "--index-url", INDEX, "-"]
    given = "\n".join(requirements).encode()
    text = subprocess.run(command, input=given, capture_output=True, check=True).stdout.decode()
    return [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not_elsewhere(entry)]


def not_elsewhere(entry: str) -> bool:
    """Whether a package is for Linux at all: the image is nothing else."""
    return "== 'win32'" not in entry.splitlines()[0]


def write(name: str, locked: list[str]) -> None:
    """One lock file."""
    (CI / name).write_text(f"# Written by ci/lock_image.py.\n{chr(10).join(locked)}\n", encoding="utf-8")
    print(f"ci/{name}: {len(locked)} packages")


if __name__ == "__main__":
    main()
