"""The queries are answered one after the other.

loses: heads.products, heads.speed
hint: How many operations does Python start for L positions? All of them can be asked at once: that is what
    the matrix of queries is for.
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
        q, rows = self.split(self.q_proj(query)), []
        Lq, Lk = q.shape[2], k.shape[2]
        allowed = torch.ones(Lq, Lk, dtype=torch.bool, device=q.device)
        allowed = allowed.tril(Lk - Lq) if causal else allowed
        allowed = allowed if mask is None else allowed & mask
        for i in range(Lq):
            rows.append(scaled_dot_product_attention(q[:, :, i : i + 1], k, v, allowed[..., i : i + 1, :]))
        out, weights = (torch.cat(one, dim=2) for one in zip(*rows))
        self.weights = weights.detach()
        return self.out_proj(out.transpose(1, 2).flatten(2))
