"""The variance is divided by d − 1.

loses: norms.layernorm, layers.encoder, layers.decoder, layers.gradients, transformer.values, maps.values,
    norms.half, norms.stable
hint: (1, 2, 6) has the sum of squares 14. By what is it divided in the notebook?
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
        variance = wide.var(dim=-1, keepdim=True)
        return (centred * torch.rsqrt(variance + self.eps)).to(x.dtype) * self.weight + self.bias
