"""Each pair of heads is counted once.

loses: maps.diversity
hint: The sum runs over ordered pairs: for three heads 0, 3, 4 it is 16. What is yours?
"""


def head_diversity(outputs: Tensor) -> Tensor:
    total = outputs.new_zeros(())
    for n in range(len(outputs)):
        for m in range(n):
            total = total + torch.linalg.vector_norm(outputs[n] - outputs[m])
    return total
