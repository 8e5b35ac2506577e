"""What was handed in, to look at: read, sanitised, never executed."""
