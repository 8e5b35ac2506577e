"""otter-grader 7: notebooks taken over from it, checks of its kind for students, and its image that grades as we do.

`taking` reads a notebook written for `otter assign`; `student` gives a released folder otter's tests; `plugin` runs inside
otter's own grading and puts isolated results in the place of its results.
"""
