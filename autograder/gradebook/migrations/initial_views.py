"""The views of migration 0001: what counts now."""

from __future__ import annotations


def _last(events: str, of: str, still: str) -> str:
    """The last event of each `of`, when `still` holds for it."""
    newer = " AND ".join(f"newer.{column} = event.{column}" for column in of.split(", "))
    return (
        f"SELECT event.* FROM {events} event WHERE {still} AND NOT EXISTS "
        f"(SELECT 1 FROM {events} newer WHERE {newer} AND newer.id > event.id)"
    )


VIEWS = {
    "current_staff": _last("staff", "name", "event.role <> 'gone'"),
    "current_conflicts": _last("conflicts", "staff, student_id", "event.excluded"),
    "current_gradings": _last("gradings", "attempt_id", "1 = 1"),
    "raised_flags": _last("flags", "attempt_id, criterion", "event.raised"),
    # By way of the index on (attempt_id, criterion): comparing every mark with every other takes half a minute.
    "current_marks": (
        "SELECT mark.* FROM marks mark WHERE mark.id = (SELECT best.id FROM marks best "
        "WHERE best.attempt_id = mark.attempt_id AND best.criterion = mark.criterion AND best.withdraws IS NULL "
        "AND best.kind IN ('mark', 'override', 'moderated') "
        "AND NOT EXISTS (SELECT 1 FROM marks undo WHERE undo.withdraws = best.id) "
        "ORDER BY CASE best.kind WHEN 'moderated' THEN 0 ELSE 1 END, best.id DESC LIMIT 1)"
    ),
    "standing_attempts": (
        "SELECT attempt.* FROM attempts attempt WHERE NOT EXISTS ("
        + _last("set_asides", "attempt_id", "event.aside AND event.attempt_id = attempt.id")
        + ")"
    ),
    "counting": (
        "SELECT attempt.* FROM standing_attempts attempt WHERE NOT EXISTS (SELECT 1 FROM standing_attempts newer "
        "WHERE newer.assignment = attempt.assignment AND newer.student_id = attempt.student_id "
        "AND newer.number > attempt.number)"
    ),
}
"""In the order in which one builds on another."""
