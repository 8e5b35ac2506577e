"""The encoder attends to padding.

loses: transformer.values, transformer.sees
hint: A word of a short source: which other positions does it see in the encoder?
"""


class Transformer(nn.Module):
    def __init__(
        self, src_vocab: int, tgt_vocab: int, d_model: int, heads: int, layers: int, d_ff: int, norm: str = "pre"
    ) -> None:
        super().__init__()
        self.src_embedding = nn.Embedding(src_vocab, d_model)
        self.tgt_embedding = nn.Embedding(tgt_vocab, d_model)
        for embedding in (self.src_embedding, self.tgt_embedding):
            nn.init.normal_(embedding.weight, std=d_model**-0.5)
        self.encoder = nn.ModuleList(EncoderLayer(d_model, heads, d_ff, norm) for _ in range(layers))
        self.decoder = nn.ModuleList(DecoderLayer(d_model, heads, d_ff, norm) for _ in range(layers))
        self.encoder_norm = LayerNorm(d_model) if norm == "pre" else nn.Identity()
        self.decoder_norm = LayerNorm(d_model) if norm == "pre" else nn.Identity()
        self.output = nn.Linear(d_model, tgt_vocab)

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        return self.decode(tgt, *self.encode(src))

    def embed(self, table: nn.Embedding, ids: Tensor, start: int = 0) -> Tensor:
        width, end = table.embedding_dim, start + ids.shape[1]
        positions = sinusoidal_positions(end, width)[start:].to(table.weight)
        return table(ids) * math.sqrt(width) + positions

    def encode(self, src: Tensor) -> tuple[Tensor, Tensor]:
        mask = (src != 0)[:, None]
        x = self.embed(self.src_embedding, src)
        for layer in self.encoder:
            x = layer(x)
        return self.encoder_norm(x), mask

    def decode(
        self, tgt: Tensor, memory: Tensor, mask: Tensor, caches: list[dict[str, Tensor]] | None = None
    ) -> Tensor:
        start = caches[0]["k"].shape[2] if caches and caches[0] else 0
        x = self.embed(self.tgt_embedding, tgt, start)
        for place, layer in enumerate(self.decoder):
            x = layer(x, memory, mask, caches[place] if caches else None)
        return self.output(self.decoder_norm(x))
