"""Open a gradebook: make it when it is missing, bring it up to date when it is older, refuse what cannot be used."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from autograder import __version__
from autograder.gradebook.book import Gradebook
from autograder.gradebook.errors import GradebookError
from autograder.gradebook.place import Place, place_of

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every migration there is, oldest first: what this version of gradus can read."""
VERSION_TABLE = "gradus_schema"
_MIGRATIONS = Path(__file__).with_name("migrations")


def open_gradebook(where: str | Path, *, create: bool = True) -> Gradebook:
    """The gradebook at a path or address (`place.py`), ready for use. Raises GradebookError.

    With `create=False` one that is missing is not made.
    """
    place = place_of(where)
    if place.file:
        _look_at(place.file, create)
    book = Gradebook(place)
    try:
        _bring_up_to_date(book, create)
    except BaseException:
        book.close()
        raise
    return book


def _look_at(file: Path, create: bool) -> None:
    if file.is_dir():
        raise GradebookError(f"{file} is a folder. Name a file in it, such as {file / 'gradebook.db'}.")
    if not file.exists():
        if not create:
            raise GradebookError(f"There is no gradebook at {file}. `gradus roster import FILE` makes one.")
        if not file.parent.is_dir():
            raise GradebookError(f"{file.parent} does not exist. Make this folder, or name another with --gradebook.")


def _bring_up_to_date(book: Gradebook, create: bool) -> None:
    with book.read() as connection:
        found = _revision(connection, book.place)
    if found is None and not create:
        raise GradebookError(f"There is no gradebook at {book.place}. `gradus roster import FILE` makes one.")
    with book.write() as connection:
        if found != REVISIONS[-1] and _revision(connection, book.place) != REVISIONS[-1]:
            _migrate(connection)
        connection.execute(text("DELETE FROM tasks WHERE 1 = 0"))  # one that may only be read is refused now, not later


def _revision(connection: Connection, place: Place) -> str | None:
    """Which migration was applied last; None for an empty database."""
    names = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in names:
        if names:
            raise GradebookError(f"{place} is a database, but no gradebook. Name another with --gradebook.")
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if found is not None and found not in REVISIONS:
        raise GradebookError(
            f"The gradebook {place} was written by a newer gradus (schema {found}; gradus {__version__} knows "
            f"{REVISIONS[-1]} and older). Update gradus: pip install --upgrade gradus-kit"
        )
    return found


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
