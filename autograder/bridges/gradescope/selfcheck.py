"""The end of `setup.sh`: the answer key is graded in the new image, so that a broken one is seen before any student."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from autograder.bridges.gradescope import results, run
from autograder.bridges.gradescope.settings import read_settings
from autograder.course.models import Paths


def main(arguments: list[str] | None = None) -> int:
    """Grade the answer key of the assignment in SOURCE; 1 when it does not earn what tests can give."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--source", type=Path, required=True)
    source = parser.parse_args(arguments).source
    settings = read_settings(source)
    with tempfile.TemporaryDirectory(prefix="gradus-selfcheck-") as name:
        root = Path(name)
        (root / "source").symlink_to(source)
        _hand_in_the_key(Paths(course=source / "course", slug=settings.slug), root / "submission")
        run.main(["--root", name])
        sent = json.loads((root / "results" / results.FILE).read_text(encoding="utf-8"))
    lost = [f"{test['name']}: {test['output']}" for test in sent["tests"] if test.get("status") == "failed"]
    undecided = sent["extra_data"]["gradus"]["status"] != "graded"
    for line in [sent["output"]] * undecided + lost:
        print(line, file=sys.stderr)
    verdict = "does not pass" if lost or undecided else "passes"
    print(
        f"selfcheck: the answer key {verdict} in this image: {sent['score']:g} of {settings.points:g} points by tests."
    )
    return 1 if lost or undecided else 0


def _hand_in_the_key(paths: Paths, folder: Path) -> None:
    """The source notebook holds the answers."""
    folder.mkdir(mode=0o700)
    shutil.copyfile(paths.source, folder / f"{paths.slug}.ipynb")
    if paths.artifacts.is_dir():
        shutil.copytree(paths.artifacts, folder, dirs_exist_ok=True)


if __name__ == "__main__":
    sys.exit(main())
