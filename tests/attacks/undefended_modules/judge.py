"""A module of the undefended grader's that is imported after the submission."""


def close(actual, expected):
    """Whether two tensors agree."""
    return bool((abs(actual - expected) <= 1e-4).all())
