"""Given code: it stands beside your answer, on your machine and when your work is graded."""

import torch
from torch import Tensor


def heights(path: str = "data/heights.txt") -> Tensor:
    """The heights [N] in `path`, one a line, in centimetres."""
    with open(path, encoding="utf-8") as file:
        return torch.tensor([float(line) for line in file])
