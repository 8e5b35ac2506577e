"""What is on disk, as frozen models: courses, assignments, rubrics, notebooks, known submissions."""
