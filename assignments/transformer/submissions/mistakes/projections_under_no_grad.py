"""Keys and values are projected under no_grad.

loses: heads.gradients, layers.gradients, transformer.values
hint: Which parameters have a gradient after backward? A decoder may keep keys and values from step to step,
    but in training it needs their graph.
"""


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(d_model, d_model)
        self.k_proj = nn.Linear(d_model, d_model)
        self.v_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None, causal: bool = False
    ) -> Tensor:
        return self.attend(query, *self.keys_and_values(key, value), mask, causal)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    @torch.no_grad()
    def keys_and_values(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        return self.split(self.k_proj(key)), self.split(self.v_proj(value))

    def attend(self, query: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        if mask is not None and mask.dim() == 3:
            mask = mask[:, None]  # the same for all heads
        out, weights = scaled_dot_product_attention(self.split(self.q_proj(query)), k, v, mask, causal)
        self.weights = weights.detach()
        return self.out_proj(out.transpose(1, 2).flatten(2))
