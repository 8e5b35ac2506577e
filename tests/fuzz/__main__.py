"""A million frames, or as many as asked.

    python -m tests.fuzz --frames 1000000 --seed 1 --state fuzz.json

Prints a line every 50,000 frames. With --state it goes on where it was stopped. Memory is limited from outside
(RLIMIT_AS) to --room MiB more than what it starts with: a frame that takes more is a finding. Exit code 1 for findings.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import torch

from tests.fuzz.judge import BLOCK, Tally, resident_kb, run_block


def main() -> int:
    options = _options()
    torch.set_num_threads(1)
    tally, seconds = _resumed(options.state, options.seed)
    run_block(options.seed, 0, Tally())  # what is loaded at the first frame is no frame's memory
    room = (resident_kb("VmSize") + options.room * 1024) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    start = time.monotonic() - seconds
    for block in range(tally.frames // BLOCK, -(-options.frames // BLOCK)):
        run_block(options.seed, block, tally)
        if (block + 1) % 50 == 0 or tally.findings:
            _keep(options.state, options.seed, tally, time.monotonic() - start)
            print(_line(tally, time.monotonic() - start), flush=True)
        if tally.findings:
            print("\n".join(tally.findings))
            return 1
    _keep(options.state, options.seed, tally, time.monotonic() - start)
    print(_line(tally, time.monotonic() - start))
    for end, count in tally.ends.most_common():
        print(f"{count:9} {end}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", type=int, default=64, help="MiB of address space beyond what it starts with")
    parser.add_argument("--state", type=Path, help="file to go on from")
    return parser.parse_args()


def _line(tally: Tally, seconds: float) -> str:
    speed = f"{tally.frames} frames in {seconds:.0f} s ({tally.frames / max(seconds, 1e-9):.0f} a second)"
    return f"{speed}, at most {tally.peak_kb} KiB more memory, {len(tally.findings)} findings"


def _resumed(state: Path | None, seed: int) -> tuple[Tally, float]:
    if state is None or not state.exists():
        return Tally(), 0.0
    kept = json.loads(state.read_text())
    if kept["seed"] != seed:
        sys.exit(f"{state} belongs to seed {kept['seed']}. Name another --state, or --seed {kept['seed']}.")
    return Tally(kept["frames"], Counter(kept["ends"]), [], kept["peak_kb"]), kept["seconds"]


def _keep(state: Path | None, seed: int, tally: Tally, seconds: float) -> None:
    if state is not None:
        kept = {"seed": seed, "frames": tally.frames, "ends": tally.ends, "peak_kb": tally.peak_kb, "seconds": seconds}
        fresh = state.with_suffix(".new")
        fresh.write_text(json.dumps(kept))
        fresh.replace(state)


if __name__ == "__main__":
    sys.exit(main())
