"""Squares of the norms are added.

loses: maps.diversity
hint: Which norm is it, and is it squared? Double all outputs: by what factor does D grow?
"""


def head_diversity(outputs: Tensor) -> Tensor:
    total = outputs.new_zeros(())
    for n in range(len(outputs)):
        for m in range(n):
            total = total + 2 * (outputs[n] - outputs[m]).square().sum()
    return total
