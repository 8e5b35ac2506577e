"""What a database complains about, said once in plain sentences."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from autograder.gradebook.errors import GradebookFailed
from autograder.gradebook.place import Place

_SAID = (
    ("file is not a database", "is no gradebook: it is not a database. Name another with --gradebook."),
    ("malformed", "is damaged ({said}). Put the last backup in its place (gradus backup makes them)."),
    ("readonly database", "cannot be written ({said}). Make the file and its folder writable, then try again."),
    ("read-only transaction", "cannot be written ({said}). Use an account that may write, then try again."),
    ("is full", "could not be written: the disk is full. What was there before is safe. Free some space and try again."),
    ("No space left", "could not be written: the disk is full. What was there before is safe. Free some space and try again."),
    ("disk I/O error", "could not be read or written ({said}). Look at the disk and its space, then try again."),
    ("unable to open", "cannot be opened ({said}). Look at the path and its permissions."),
    ("locked", "is in use by somebody who does not let go of it. See which other gradus runs, then try again."),
    ("append-only", "keeps what it has been told: {said}. Append a newer event instead."),
    ("FOREIGN KEY", "does not hold what this refers to ({said}). Look at the numbers."),
    ("foreign key", "does not hold what this refers to ({said}). Look at the numbers."),
    ("connection", "cannot be reached ({said}). See whether the server runs and the address is right."),
    ("password", "lets nobody in ({said}). Look at the user and the password in the address."),
    ("permission denied", "does not allow this ({said}). Ask whoever runs the database."),
)  # fmt: skip
"""Part of what SQLite or PostgreSQL says → what we say after the place."""


def explained(error: SQLAlchemyError, place: Place) -> GradebookFailed | None:
    """The error in our words; None for what is our own mistake and nobody else's."""
    if not isinstance(error, DBAPIError):
        return None
    told = getattr(getattr(error.orig, "diag", None), "message_primary", None)  # psycopg's, without the SQL around it
    said = " ".join(str(told or error.orig).split())
    for part, sentence in _SAID:
        if part in said:
            return GradebookFailed(f"The gradebook {place} {sentence.format(said=said)}")
    return None
