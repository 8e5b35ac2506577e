"""The heads are computed in a loop.

loses: heads.products
hint: How many matrix products does your forward pass start with 2 heads, and with 8? Attention takes any
    number of leading axes.
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

    def keys_and_values(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        return self.split(self.k_proj(key)), self.split(self.v_proj(value))

    def attend(self, query: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        if mask is not None and mask.dim() == 3:
            mask = mask[:, None]  # the same for all heads
        q, pairs = self.split(self.q_proj(query)), []
        for n in range(self.heads):
            own = mask if mask is None or mask.dim() == 2 else mask[:, 0]
            pairs.append(scaled_dot_product_attention(q[:, n], k[:, n], v[:, n], own, causal))
        out, weights = (torch.stack(one, dim=1) for one in zip(*pairs))
        self.weights = weights.detach()
        return self.out_proj(out.transpose(1, 2).flatten(2))
