"""A whole class at once: take it in, grade it from a queue, grade it again, see what it fails at."""
