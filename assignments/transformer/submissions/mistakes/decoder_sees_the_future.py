"""The decoder's self-attention is not causal.

loses: layers.decoder, layers.gradients, transformer.values, transformer.sees, decoding.greedy,
    decoding.cache, maps.values
hint: In training the decoder is given the whole target. What keeps it from copying the next symbol?
"""


class DecoderLayer(nn.Module):
    def __init__(self, d_model: int, heads: int, d_ff: int, norm: str = "pre") -> None:
        super().__init__()
        self.norm = norm
        self.self_attention = MultiHeadAttention(d_model, heads)
        self.cross_attention = MultiHeadAttention(d_model, heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2, self.norm3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)

    def forward(
        self, x: Tensor, memory: Tensor, memory_mask: Tensor | None = None, cache: dict[str, Tensor] | None = None
    ) -> Tensor:
        cache = {} if cache is None else cache

        def look_back(y: Tensor) -> Tensor:
            k, v = self.self_attention.keys_and_values(y, y)
            if "k" in cache:
                k, v = torch.cat([cache["k"], k], dim=2), torch.cat([cache["v"], v], dim=2)
            cache["k"], cache["v"] = k, v
            return self.self_attention.attend(y, k, v)

        def look_across(y: Tensor) -> Tensor:
            if "memory k" not in cache:
                cache["memory k"], cache["memory v"] = self.cross_attention.keys_and_values(memory, memory)
            return self.cross_attention.attend(y, cache["memory k"], cache["memory v"], memory_mask)

        for norm, sublayer in ((self.norm1, look_back), (self.norm2, look_across), (self.norm3, self.feed_forward)):
            x = x + sublayer(norm(x)) if self.norm == "pre" else norm(x + sublayer(x))
        return x
