"""There is no eps.

loses: norms.layernorm, layers.encoder, layers.decoder, layers.gradients, transformer.values, maps.values,
    norms.half, norms.stable
hint: What do you get for a vector whose entries are all the same? (The notes leave something out.)
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
        variance = centred.square().mean(dim=-1, keepdim=True)
        return (centred * torch.rsqrt(variance)).to(x.dtype) * self.weight + self.bias
