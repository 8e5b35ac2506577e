"""What runs on a student's own machine: the public tests on their notebook. No course is around it."""
