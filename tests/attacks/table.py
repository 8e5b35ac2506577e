"""The table of attacks and backends in docs/security.md, from what `python -m tests.attacks BACKEND --record` wrote.

python -m tests.attacks.table FILE …
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

from tests.attacks.attack import Attack, corpus
from tests.attacks.backends import NAMES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- attacks: begin -->", "<!-- attacks: end -->"


def rendered(outcomes: list[dict[str, Any]], day: str) -> str:
    """Markdown: one line an attack, one column a backend."""
    backends = [name for name in NAMES if any(outcome["backend"] == name for outcome in outcomes)]
    found = {(outcome["attack"], outcome["backend"]): outcome["findings"] for outcome in outcomes}
    attacks = corpus()
    lines = [f"{day}: {len(attacks)} attacks. {_sum(attacks, backends, found)}", ""]
    lines += ["| attack | " + " | ".join(backends) + " | no boundary |", "|---|" + "---|" * (len(backends) + 1)]
    for attack in attacks:
        cells = [_cell(attack, backend, found.get((attack.name, backend))) for backend in backends]
        lines.append(f"| `{attack.name}`: {attack.title} | {' | '.join(cells)} | {' '.join(sorted(attack.bare))} |")
    return "\n".join(lines)


def _cell(attack: Attack, backend: str, findings: list[str] | None) -> str:
    if backend == "process" and attack.process != "held":
        return "not run" if findings is None else "open" if findings else "held"
    if findings is None:
        return "not run"
    return "**broken**" if findings else "known" if attack.residual else "held"


def _sum(attacks: list[Attack], backends: list[str], found: dict[tuple[str, str], list[str]]) -> str:
    parts = []
    for backend in backends:
        cells = [_cell(attack, backend, found.get((attack.name, backend))) for attack in attacks]
        counts = {word: cells.count(word) for word in ("held", "known", "open", "**broken**", "not run")}
        parts.append(f"{backend}: " + ", ".join(f"{count} {word}" for word, count in counts.items() if count))
    return "; ".join(parts) + "."


def main(files: list[str]) -> None:
    outcomes = [outcome for file in files for outcome in json.loads(Path(file).read_text())]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    table = rendered(outcomes, datetime.date.today().isoformat())
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
