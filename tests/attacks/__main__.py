"""Run attacks and print what each came to.

    python -m tests.attacks BACKEND [--record FILE] [NAME …]

With --record, the outcomes are also written down as JSON: what tests/attacks/table.py makes its table of.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.attacks.attack import corpus
from tests.attacks.ground import Ground


def main(backend: str, names: list[str], record: Path | None = None) -> int:
    """The number of attacks that achieved something."""
    broken = 0
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="ground-") as folder, Ground(Path(folder), backend) as ground:
        for attack in corpus():
            if (names and attack.name not in names) or (backend == "process" and attack.process == "never"):
                continue
            outcome = ground.run(attack)
            held = "held" if not outcome.findings else "BROKEN"
            print(
                f"{held:6} {attack.name:26} {outcome.score:5.0f} {outcome.seconds:6.2f} s  {' '.join(outcome.verdicts)}"
            )
            for finding in outcome.findings:
                print(f"         {finding[:400]}")
            outcomes.append(asdict(outcome))
            broken += bool(outcome.findings)
            sys.stdout.flush()
            if record is not None:
                record.write_text(json.dumps(outcomes, indent=1))
    return broken


if __name__ == "__main__":
    backend, *rest = sys.argv[1:]
    file = Path(rest[1]) if rest[:1] == ["--record"] else None
    sys.exit(main(backend, rest[2:] if file else rest, file) > 0)
