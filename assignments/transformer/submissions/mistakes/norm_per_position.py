"""The norm is taken per position and added over positions.

loses: maps.diversity
hint: A Frobenius norm is one root of all squares. How many roots do you take?
"""


def head_diversity(outputs: Tensor) -> Tensor:
    total = outputs.new_zeros(())
    for n in range(len(outputs)):
        for m in range(n):
            total = total + 2 * torch.linalg.vector_norm(outputs[n] - outputs[m], dim=-1).sum()
    return total
