"""The projections are called W_q, W_k, W_v and W_o.

loses: heads.values, heads.mask, heads.gradients, heads.parameters, layers.encoder, layers.decoder,
    layers.gradients, transformer.values, transformer.sees, transformer.artifact, maps.values, heads.products,
    heads.speed
hint: Weights from elsewhere are loaded by name. What does the notebook call the four maps?
"""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None, causal: bool = False
    ) -> Tensor:
        return self.attend(query, *self.keys_and_values(key, value), mask, causal)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def keys_and_values(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        return self.split(self.W_k(key)), self.split(self.W_v(value))

    def attend(self, query: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        if mask is not None and mask.dim() == 3:
            mask = mask[:, None]  # the same for all heads
        out, weights = scaled_dot_product_attention(self.split(self.W_q(query)), k, v, mask, causal)
        self.weights = weights.detach()
        return self.W_o(out.transpose(1, 2).flatten(2))
