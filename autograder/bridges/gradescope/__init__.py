"""Gradescope: the zip that is uploaded, what runs there, and a local container laid out as the platform is.

`package` makes the zip; `run` is started there for a submission, watches `work`, which grades, and writes
results.json; `local` tries the zip out. Paths there: everything uploaded stands in /autograder/source.
"""
