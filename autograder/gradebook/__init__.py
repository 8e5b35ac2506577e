"""Who handed in what, what became of it, and who said so: events in a database, never overwritten."""

from autograder.gradebook.book import Gradebook
from autograder.gradebook.errors import GradebookError, GradebookFailed
from autograder.gradebook.marks import Collision
from autograder.gradebook.opening import open_gradebook

__all__ = ["Collision", "Gradebook", "GradebookError", "GradebookFailed", "open_gradebook"]
