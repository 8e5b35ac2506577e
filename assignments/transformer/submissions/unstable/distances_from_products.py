"""Distances are computed as ‖a‖² + ‖b‖² − 2ab.

loses: maps.diversity
hint: Where heads share a large part, ‖a‖² is a million times larger than ‖a − b‖². How many of float32's
    seven digits are left? Subtract first.
"""


def head_diversity(outputs: Tensor) -> Tensor:
    total = outputs.new_zeros(())
    for n in range(len(outputs)):
        for m in range(n):
            total = total + 2 * torch.sqrt((outputs[n] ** 2).sum() + (outputs[m] ** 2).sum() - 2 * (outputs[n] * outputs[m]).sum())
    return total
