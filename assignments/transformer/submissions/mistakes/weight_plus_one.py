"""The result is multiplied by 1 + weight.

loses: norms.rms, norms.half
hint: Some libraries store the weight minus 1. Which value does `weight` have here before training, and what
    does the formula say?
"""


class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        mean_square = wide.square().mean(dim=-1, keepdim=True)
        return (wide * torch.rsqrt(mean_square + self.eps)).to(x.dtype) * (1 + self.weight)
