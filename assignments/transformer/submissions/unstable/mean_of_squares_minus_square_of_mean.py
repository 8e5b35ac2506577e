"""The variance is the mean of the squares minus the square of the mean.

loses: norms.stable
hint: For a mean of 3000 and deviations of 1, both terms are near 9 000 000. How many of float32's seven
    digits are left for the difference?
"""


class LayerNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))
        self.bias = nn.Parameter(torch.zeros(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        centred = wide - wide.mean(dim=-1, keepdim=True)
        variance = (wide.square().mean(dim=-1, keepdim=True) - wide.mean(dim=-1, keepdim=True).square()).clamp(min=0)
        return (centred * torch.rsqrt(variance + self.eps)).to(x.dtype) * self.weight + self.bias
