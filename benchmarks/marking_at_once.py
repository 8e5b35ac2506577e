"""Many TAs mark at the same time for a minute: is a mark lost, and how long does saving take?

    python -m benchmarks.marking_at_once [--tas 50] [--seconds 60] [--pause 5] [--students N] [--gradebook PATH] [--json]

Opens `gradus review` as a process of its own on a copy of the gradebook of `benchmarks.review_desk` (made, or the one that
`--gradebook` names), with a member of staff a TA, each with a session and a CSRF token got by the link that was printed. Each then
does what a browser does: the page of a submission, a level, the next submission; `--pause` seconds are thought about each (0: none).
They share the criteria of all assignments, so that some come to the same submission at the same time.

A mark is acknowledged when the panel that comes back says that it is saved. At the end every acknowledged mark must stand in the
gradebook, with its author, comment and points, and nothing else of theirs. Prints the percentiles of saving, next and the page.
Exit code 0: no mark lost and the 99th percentile of saving at most 200 ms.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select

from autograder.course.loading import list_assignments, load_assignment
from autograder.gradebook import open_gradebook
from autograder.gradebook.rows import selected
from autograder.gradebook.staff import add_staff
from autograder.gradebook.tables import marks
from benchmarks.review_desk import COURSE, made

TARGET_MS = 200.0
COMMENT = "benchmark {} {}"
_HIDDEN = re.compile(r'name="(expected|rubric)" value="([^"]*)"')
_LEVELS = re.compile(r'value="level:(\d+)"')


@dataclass
class Ta:
    """One browser: a connection that stays open, a session, and what it was told."""

    name: str
    host: str
    cookie: str = ""
    token: str = ""
    acknowledged: list[str] = field(default_factory=list)
    """The comments of marks that are saved, each once."""
    collided: int = 0
    refused: list[str] = field(default_factory=list)
    took: dict[str, list[float]] = field(default_factory=lambda: {"save": [], "next": [], "page": [], "presence": []})

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, text, and where it leads."""
        headers = {"Cookie": self.cookie, "X-CSRF-Token": self.token, "HX-Request": "true"} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, urlencode(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.cookie = (answer.headers.get("Set-Cookie") or self.cookie).partition(";")[0]
        return answer.status, text, answer.headers.get("Location") or ""

    def timed(self, what: str, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, str, str]:
        begun = time.perf_counter()
        answer = self.ask(method, path, body)
        self.took[what].append((time.perf_counter() - begun) * 1000)
        return answer

    def enter(self, link: str) -> None:
        """Use the link once, and read the token that every write needs off the first page."""
        address = urlsplit(link)
        self.ask("GET", f"{address.path}?{address.query}")
        status, page, _ = self.ask("GET", "/")
        found = re.search(r'"X-CSRF-Token": "([^"]+)"', page)
        if status != 200 or found is None:
            raise SystemExit(f"{self.name} was not let in: {status} {page[:200]}")
        self.token = found[1]

    def work(self, criteria: list[str], until: float, pause: float) -> None:
        """Mark until the time is up; a connection that breaks is kept as a refusal."""
        try:
            for criterion in criteria:  # the next one where nothing is left
                self._work(criterion, until, pause)
        except (OSError, http.client.HTTPException) as error:
            self.refused.append(repr(error))

    def _work(self, criterion: str, until: float, pause: float) -> None:
        if time.monotonic() >= until:
            return
        chance = random.Random(self.name + criterion)
        time.sleep(chance.uniform(0, pause))
        _, _, place = self.timed("next", "GET", f"/grade/{criterion}?show=ungraded")
        while time.monotonic() < until and "/grade/" in place:
            status, page, _ = self.timed("page", "GET", place)
            if status != 200:
                self.refused.append(page[:200])
                return
            self.think(place, chance.uniform(0.5, 1.5) * pause)
            self.mark(urlsplit(place).path.replace("/grade/", "/mark/", 1), page, chance)
            number = urlsplit(place).path.rpartition("/")[2]
            _, _, place = self.timed("next", "GET", f"/grade/{criterion}?show=ungraded&after={number}")

    def think(self, place: str, seconds: float) -> None:
        """Look at a page, which asks at once and then every five seconds who else has it open."""
        address = urlsplit(place).path.replace("/grade/", "/presence/", 1) + "?rubric="
        while seconds > 0:
            self.timed("presence", "GET", address)
            time.sleep(min(seconds, 5.0))
            seconds -= 5.0

    def mark(self, path: str, page: str, chance: random.Random) -> None:
        """Give a level, with a comment that nobody else writes."""
        comment = COMMENT.format(self.name, len(self.took["save"]))
        level = chance.choice(_LEVELS.findall(page))
        form = dict(_HIDDEN.findall(page)) | {"action": f"level:{level}", "comment": comment, "seconds": "1"}
        status, panel, _ = self.timed("save", "POST", path, form)
        if status == 200 and 'data-saved="yes"' in panel:
            self.acknowledged.append(comment)
        elif status == 200 and "marked this while you did" in panel:
            self.collided += 1
        else:
            self.refused.append(f"{status} {panel[:200]}")


def opened(gradebook: Path) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """The desk as TAs have it, and the link of each."""
    call = [sys.executable, "-m", "autograder", "--course", str(COURSE), "review", "--gradebook", str(gradebook)]
    desk = subprocess.Popen([*call, "--port", "0", "--json"], stdout=subprocess.PIPE, text=True)
    assert desk.stdout is not None
    return desk, json.loads(desk.stdout.readline())["links"]


def marked(links: dict[str, str], names: list[str], seconds: float, pause: float) -> list[Ta]:
    """All of them at once."""
    criteria = written()
    tas = [Ta(name, urlsplit(links[name]).netloc) for name in names]
    for one in tas:
        one.enter(links[one.name])
    until = time.monotonic() + seconds
    threads = []
    for number, one in enumerate(tas):
        first = number % len(criteria)
        own = criteria[first:] + criteria[:first]
        threads.append(threading.Thread(target=one.work, args=(own, until, pause)))
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return tas


def lost(gradebook: Path, tas: list[Ta]) -> list[str]:
    """What is not in the gradebook as it was acknowledged: missing, or there more than once, or never acknowledged."""
    with open_gradebook(gradebook) as book:
        chosen = select(marks.c.comment, marks.c.author).where(marks.c.comment.like(COMMENT.format("%", "%")))
        there = Counter((row.comment, row.author) for row in selected(book, chosen))
    told = Counter((comment, one.name) for one in tas for comment in one.acknowledged)
    return [f"{comment!r} of {author}: {there[comment, author]} times" for comment, author in (there - told) + (told - there)]


def written() -> list[str]:
    """`slug/criterion` of all criteria with levels, which TAs mark."""
    rubrics = [(slug, load_assignment(COURSE, slug).rubric) for slug in list_assignments(COURSE)]
    return [f"{slug}/{one.id}" for slug, rubric in rubrics for one in rubric.criteria if one.kind == "ta" and one.levels]


def percentile(values: list[float], share: float) -> float:
    """The nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def main() -> int:
    """0 when no mark was lost and saving was fast enough, 1 when not."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tas", type=int, default=50)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--pause", type=float, default=5, help="seconds of thought about each submission")
    options.add_argument("--students", type=int, default=1000)
    options.add_argument("--gradebook", type=Path)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gradebook.db"
        if chosen.gradebook:
            shutil.copy(chosen.gradebook, file)
        names = [f"marker{n}" for n in range(chosen.tas)]
        with open_gradebook(file) as book:
            if not chosen.gradebook:
                made(book, chosen.students)
            for name in names:
                add_staff(book, name, "ta")
        desk, links = opened(file)
        try:
            tas = marked(links, names, chosen.seconds, chosen.pause)
        finally:
            desk.terminate()
            desk.wait(20)
        missing = lost(file, tas)
    return told(tas, missing, chosen)


def told(tas: list[Ta], missing: list[str], chosen: argparse.Namespace) -> int:
    """Print what came of it: the exit code."""
    took = {what: [one for ta in tas for one in ta.took[what]] for what in tas[0].took}
    figures = {
        what: {name: round(percentile(values, share), 1) for name, share in (("p50", 0.5), ("p99", 0.99), ("most", 1.0))}
        for what, values in took.items()
    }
    saved = sum(len(one.acknowledged) for one in tas)
    refused = [text for one in tas for text in one.refused]
    outcome = {
        "tas": len(tas), "acknowledged": saved, "lost": len(missing), "collisions": sum(one.collided for one in tas),
        "refused": len(refused), "ms": figures, "load": round(os.getloadavg()[0], 1),
        "a_ta": statistics.fmean(len(one.acknowledged) for one in tas),
    }  # fmt: skip
    if chosen.json:
        print(json.dumps(outcome))
    else:
        print(f"{saved} marks acknowledged, {len(missing)} lost, {outcome['collisions']} collisions shown, {len(refused)} refused")
        for what, one in figures.items():
            print(f"{what:<8} p50 {one['p50']:>7} ms, p99 {one['p99']:>7} ms, most {one['most']:>7} ms ({len(took[what])})")
        print(f"load {outcome['load']} on {os.cpu_count()} cores", *missing[:5], *refused[:5], sep="\n")
    return 0 if saved and not missing and not refused and figures["save"]["p99"] <= TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
