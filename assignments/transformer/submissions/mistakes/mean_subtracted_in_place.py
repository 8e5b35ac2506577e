"""The mean is subtracted in place.

loses: layers.encoder, layers.decoder, layers.gradients, norms.stable
hint: Print x after the call. x -= … does not make a new tensor.
"""


class LayerNorm(nn.Module):
    def __init__(self, d: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))
        self.bias = nn.Parameter(torch.zeros(d))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        wide.data -= wide.data.mean(dim=-1, keepdim=True)
        centred = wide - wide.mean(dim=-1, keepdim=True)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return (centred * torch.rsqrt(variance + self.eps)).to(x.dtype) * self.weight + self.bias
