"""What was asked before, for as long as nothing new came to the tables that it hangs on.

Events are only appended, and writers go one after the other, so the last number of a table tells whether anything is new
there. All last numbers are one question, which a visit asks once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Table, func, select

from autograder.gradebook.book import Gradebook
from autograder.gradebook.rows import selected
from autograder.gradebook.tables import answers, attempts, conflicts, flags, marks, purges, requests, set_asides, staff

Value = TypeVar("Value")

_EVENTS = (answers, attempts, conflicts, flags, marks, purges, requests, set_asides, staff)
_LAST = select(*[select(func.max(one.c.id)).scalar_subquery().label(one.name) for one in _EVENTS])
_known: WeakKeyDictionary[Gradebook, dict[Hashable, tuple[object, Any]]] = WeakKeyDictionary()


def last_events(book: Gradebook) -> Mapping[str, int | None]:
    """Table → the number of its last event; None before the first."""
    found: Mapping[str, int | None] = selected(book, _LAST, once="last events")[0]._mapping
    return found


def remembered(book: Gradebook, what: Hashable, tables: tuple[Table, ...], ask: Callable[[], Value]) -> Value:
    """What `ask()` says about `what`, which hangs on nothing but the events in `tables`. Not to be changed by who gets it."""
    last = last_events(book)  # read first: what comes after it is seen the next time
    state = tuple(last[one.name] for one in (*tables, purges))  # a purge empties what is in rows
    here = _known.setdefault(book, {})
    known = here.get(what)
    if known is None or known[0] != state:
        known = here[what] = (state, ask())
    value: Value = known[1]
    return value
