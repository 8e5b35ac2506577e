"""nbgrader: a course's assignment taken over, scores and notebooks brought to formgrader, marks brought back."""
