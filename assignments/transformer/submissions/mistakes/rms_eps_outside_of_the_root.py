"""eps is added to the root mean square.

loses: norms.rms, norms.half
hint: For inputs of ordinary size nobody can tell. Try 10⁻³: is √(m + ε) the same as √m + ε?
"""


class RMSNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        mean_square = wide.square().mean(dim=-1, keepdim=True)
        return (wide * 1 / (mean_square.sqrt() + self.eps)).to(x.dtype) * self.weight
