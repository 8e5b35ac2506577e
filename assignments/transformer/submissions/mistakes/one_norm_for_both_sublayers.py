"""norm1 is used twice.

loses: layers.encoder, layers.gradients, transformer.values, maps.values
hint: Which parameters of the layer get no gradient?
"""


class EncoderLayer(nn.Module):
    def __init__(self, d_model: int, heads: int, d_ff: int, norm: str = "pre") -> None:
        super().__init__()
        self.norm = norm
        self.attention = MultiHeadAttention(d_model, heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2 = LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if self.norm == "pre":
            y = self.norm1(x)
            x = x + self.attention(y, y, y, mask)
            return x + self.feed_forward(self.norm1(x))
        x = self.norm1(x + self.attention(x, x, x, mask))
        return self.norm1(x + self.feed_forward(x))
