"""The review desk: a local web application in which TAs mark what tests cannot decide."""
