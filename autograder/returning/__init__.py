"""What leaves the gradebook: feedback pages for students, files for other systems."""
