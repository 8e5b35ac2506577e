"""Pre and post are swapped.

loses: layers.encoder, layers.decoder, layers.gradients, transformer.values, maps.values
hint: In which of the two does every layer end in a norm?
"""


class EncoderLayer(nn.Module):
    def __init__(self, d_model: int, heads: int, d_ff: int, norm: str = "pre") -> None:
        super().__init__()
        self.norm = norm
        self.attention = MultiHeadAttention(d_model, heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2 = LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if self.norm == "post":
            y = self.norm1(x)
            x = x + self.attention(y, y, y, mask)
            return x + self.feed_forward(self.norm2(x))
        x = self.norm1(x + self.attention(x, x, x, mask))
        return self.norm2(x + self.feed_forward(x))


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
            return self.self_attention.attend(y, k, v, causal=True)  # aligned at the bottom right

        def look_across(y: Tensor) -> Tensor:
            if "memory k" not in cache:
                cache["memory k"], cache["memory v"] = self.cross_attention.keys_and_values(memory, memory)
            return self.cross_attention.attend(y, cache["memory k"], cache["memory v"], memory_mask)

        for norm, sublayer in ((self.norm1, look_back), (self.norm2, look_across), (self.norm3, self.feed_forward)):
            x = x + sublayer(norm(x)) if self.norm == "post" else norm(x + sublayer(x))
        return x
