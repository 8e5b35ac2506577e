"""What an instructor begins with: a course that works, a mistake, a hidden test. `course/` is the former, as files."""
