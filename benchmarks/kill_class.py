"""SIGKILL of the coordinator again and again during a class of lstm: every submission graded once, none lost.

    python benchmarks/kill_class.py [NUMBER] [KILLS] [SEED]

It ends with 1 when a submission has no result or two, or when a result that was there before a kill was made again.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from class_of import machine
from sqlalchemy import func, select
from synthetic_class import COURSE, SLUG, make_class

from autograder.gradebook import Gradebook, open_gradebook
from autograder.gradebook.attempts import counting_attempts
from autograder.gradebook.tables import gradings, results, tasks
from autograder.gradebook.tasks import progress_of


def start(folder: Path, place: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "autograder", "--course", str(COURSE), "grade", SLUG, "--class", str(folder),
        "--gradebook", str(place), "--add-unknown", "--i-trust-this-code",
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def made(book: Gradebook) -> dict[int, tuple[int, str]]:
    """Result → its task and when it was made: what no later call may change."""
    with book.read() as connection:
        return {row.id: (row.task_id, str(row.at)) for row in connection.execute(select(results))}


def killed_once(running: subprocess.Popen[bytes], book: Gradebook, until: int, pause: float) -> bool:
    """Kill the coordinator a moment after `until` submissions are done; False when it ended before."""
    while running.poll() is None and progress_of(book, SLUG).done < until:
        time.sleep(0.02)
    time.sleep(pause)
    alive = running.poll() is None
    running.kill()
    running.communicate()
    return alive


def defects(book: Gradebook, number: int) -> list[str]:
    """What is not as it should be in the end."""
    progress, attempts = progress_of(book, SLUG), counting_attempts(book, SLUG)
    with book.read() as connection:
        count = {table.name: connection.execute(select(func.count()).select_from(table)).scalar()
                 for table in (tasks, results, gradings)}  # fmt: skip
    found = [f"{name}: {rows} rows for {number} submissions" for name, rows in count.items() if rows != number]
    if len(attempts) != number:
        found.append(f"{len(attempts)} attempts of {number} were received")
    if progress.done != number:
        found.append(f"the queue says {progress}")
    return found


def main() -> None:
    given = [int(word) for word in sys.argv[1:]]
    number, kills, seed = (given + [200, 20, os.getpid()][len(given) :])[:3]
    print(f"{' '.join(sys.argv)}, seed {seed}\n{machine()}", flush=True)
    chance, wrong, done, earlier = random.Random(seed), [], 0, {}
    with tempfile.TemporaryDirectory() as temporary, open_gradebook(Path(temporary) / "gradebook.db") as book:
        folder = Path(temporary) / "class"
        make_class(folder, number)
        while done < kills:
            before = progress_of(book, SLUG).done
            step = chance.uniform(0, 1.6 * (number - before) / (kills - done + 1))
            if not killed_once(
                start(folder, Path(book.place.file or "")), book, int(before + step), chance.uniform(0, 2)
            ):
                sys.exit(f"the class was finished after {done} kills: take a larger one")
            done += 1
            now = made(book)
            wrong += [
                f"kill {done}: result {one} was changed or lost" for one in earlier if earlier[one] != now.get(one)
            ]
            earlier = now
            print(f"kill {done}: {len(now)} of {number} graded", flush=True)
        last = start(folder, Path(book.place.file or ""))
        said = last.communicate()[1].decode()
        if last.returncode:
            wrong.append(f"the last call ended with {last.returncode}: {said}")
        now = made(book)
        wrong += [f"result {one} was changed or lost" for one in earlier if earlier[one] != now.get(one)]
        wrong += defects(book, number)
    print("\n".join(wrong) or f"{number} submissions, {kills} kills: every one graded once, none lost")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
