"""What taking over an assignment of another tool has in common: its given code, its tests, and the course that comes of it."""
