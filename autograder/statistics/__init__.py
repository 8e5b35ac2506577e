"""What a class's scores and marks say about the assignment, its rubric and those who marked it."""
