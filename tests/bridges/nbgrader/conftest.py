"""The tiny course with an empty gradebook in its place."""

from tests.returning.conftest import _no_other_gradebook, book  # noqa: F401
