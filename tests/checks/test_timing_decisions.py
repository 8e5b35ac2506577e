"""The benchmark that counts wrong decisions: its sessions are kept, its table is made of all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.timing_decisions import BEGIN, END, PAGE, _read, table_of, with_table

ROOT = Path(__file__).parents[2]


def session(verdict: str, *, hog: bool = False, row: str = "growth, linear", seconds: float = 2.0) -> dict[str, object]:
    return {"row": row, "hog": hog, "verdict": verdict, "seconds": seconds}


def test_the_table_counts_rows_and_conditions_apart():
    table = table_of([session("PASS"), session("INCONCLUSIVE", seconds=4), session("FAIL", hog=True)])
    assert table.splitlines()[2:] == [
        "| growth, linear | idle | 2 | 1 | 0 | 1 | 3.0 |",
        "| growth, linear | one core busy | 1 | 0 | 1 | 0 | 2.0 |",
    ]


def test_a_line_that_was_cut_off_counts_for_nothing(tmp_path):
    kept = tmp_path / "kept.jsonl"
    assert _read(kept) == []
    kept.write_text('{"row": "a", "hog": false, "verdict": "PASS", "seconds": 1}\n{"row": "a", "ho')
    assert [one["row"] for one in _read(kept)] == ["a"]


def test_the_page_has_room_for_the_table():
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert f"{BEGIN}\nnew\n{END}" in with_table(page, "new")
    assert with_table(with_table(page, "new"), "newer") == with_table(page, "newer")
    with pytest.raises(ValueError, match="needs the lines"):
        with_table("nothing", "new")
