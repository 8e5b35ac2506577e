"""Distances from the mean of the heads are added (the notes' S, not D).

loses: maps.diversity
hint: The notes define both: specialisation is the distance from the average head, diversity that between two
    heads.
"""


def head_diversity(outputs: Tensor) -> Tensor:
    return sum(torch.linalg.vector_norm(one - outputs.mean(0)) for one in outputs)
