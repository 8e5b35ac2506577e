"""A class of any size for benchmarks: what students of lstm hand in, made from the submissions with a known outcome.

    python benchmarks/synthetic_class.py FOLDER NUMBER [SEED]

A folder for each student with notebook and weights. Of ten, about six are right answers written in different ways, three hold a
mistake, and one is slow, unstable, hostile or no notebook at all. Every notebook has comments, a note and cells of its own,
so that no two files are the same.
"""

from __future__ import annotations

import json
import random
import runpy
import shutil
import sys
from pathlib import Path
from typing import Any

COURSE = Path(__file__).resolve().parents[1]
SLUG = "lstm"
_KNOWN = COURSE / "assignments" / SLUG / "submissions"
_WORDS = [
    "gate",
    "state",
    "cell",
    "hidden",
    "step",
    "forget",
    "input",
    "output",
    "carry",
    "batch",
    "weight",
    "bias",
    "memory",
    "shape",
    "check",
    "again",
    "works",
    "maybe",
]
_ODD = ("slow", "unstable", "hostile")


def make_class(folder: Path, number: int, seed: int = 0) -> None:
    """Write `number` submissions into `folder`: the same for the same seed."""
    chance = random.Random(seed)
    make = runpy.run_path(str(COURSE / "ci" / "make_examples.py"))
    known = {kind: sorted(f"{kind}/{file.stem}" for file in (_KNOWN / kind).glob("*.py")) for kind in
             ("correct", "mistakes", *_ODD)}  # fmt: skip
    notebooks: dict[str, bytes] = {}
    for student in range(number):
        place = folder / f"s{student:04d}"
        place.mkdir(parents=True)
        name = _choice(known, chance)
        if name is None:
            (place / f"{SLUG}.ipynb").write_bytes(f'{{"cells": [ {student}'.encode())
            continue
        if name not in notebooks:
            notebooks[name] = make["notebook_of"](name)
        (place / f"{SLUG}.ipynb").write_text(json.dumps(_their_own(json.loads(notebooks[name]), chance, student)))
        for weights in (COURSE / "assignments" / SLUG / "artifacts").iterdir():
            shutil.copy(weights, place)


def _choice(known: dict[str, list[str]], chance: random.Random) -> str | None:
    drawn = chance.random()
    if drawn < 0.02:
        return None
    kinds = ("correct",) if drawn < 0.6 else ("mistakes",) if drawn < 0.92 else _ODD
    return chance.choice([name for kind in kinds for name in known[kind]])


def _their_own(notebook: dict[str, Any], chance: random.Random, student: int) -> dict[str, Any]:
    """The notebook with a note, and comments in its code."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution"):
            source = "".join(cell["source"])
            cell["source"] = f"{source}\n# {_sentence(chance)}"
    note = {
        "cell_type": "markdown",
        "id": f"note-{student}",
        "metadata": {},
        "source": f"Note {student}: {_sentence(chance)}",
    }
    notebook["cells"].append(note)
    return notebook


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(3, 12)))


if __name__ == "__main__":
    make_class(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
