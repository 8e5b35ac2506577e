"""Weights as exp(score − logsumexp), empty rows looked up first, layers as lists of steps, a cache inside a subclass of dict."""


def scaled_dot_product_attention(q, k, v, mask=None, causal=False):
    rows, columns = q.shape[-2], k.shape[-2]
    scores = (q / math.sqrt(q.shape[-1])) @ torch.swapaxes(k, -1, -2)
    if mask is None and not causal:
        weights = torch.exp(scores - torch.logsumexp(scores, dim=-1, keepdim=True))
        return weights @ v, weights
    may = torch.ones((rows, columns), dtype=torch.bool, device=q.device) if mask is None else mask
    if causal:
        newest = torch.arange(columns - rows, columns, device=q.device)
        may = torch.logical_and(may, torch.arange(columns, device=q.device) <= newest[:, None])
    lonely = torch.logical_not(may.any(-1, keepdim=True))
    safe = torch.where(torch.logical_or(may, lonely), scores, scores.new_tensor(-math.inf))
    weights = torch.exp(safe - torch.logsumexp(safe, -1, keepdim=True))
    weights = torch.where(lonely, weights.new_tensor(0), weights)
    return weights @ v, weights


def sinusoidal_positions(length, d):
    columns = []
    for i in range(d // 2):
        angle = torch.arange(length, dtype=torch.float64) * 10000 ** (-2 * i / d)
        columns += [angle.sin(), angle.cos()]
    return torch.stack(columns, dim=1).to(torch.get_default_dtype())


def rope(x, positions, theta=10000.0):
    d, out = x.shape[-1], torch.empty_like(x)
    for i in range(d // 2):
        angle = positions.double() * theta ** (-2 * i / d)
        cos, sin = angle.cos().to(x), angle.sin().to(x)
        out[..., 2 * i] = x[..., 2 * i] * cos - x[..., 2 * i + 1] * sin
        out[..., 2 * i + 1] = x[..., 2 * i] * sin + x[..., 2 * i + 1] * cos
    return out


def relative_scores(q, table, clip):
    L = q.shape[-2]
    place = torch.arange(L, device=q.device)
    chosen = nn.functional.embedding(torch.clamp(place[None] - place[:, None], -clip, clip) + clip, table)
    return (q.unsqueeze(-2) * chosen).sum(-1)


def t5_bucket(relative, bidirectional, buckets=32, max_distance=128):
    def one(offset):
        n = buckets // 2 if bidirectional else buckets
        start = n if bidirectional and offset > 0 else 0
        distance = abs(offset) if bidirectional else max(-offset, 0)
        if distance < n // 2:
            return start + distance
        share = math.log(distance / (n // 2)) / math.log(max_distance / (n // 2))
        return start + min(n - 1, n // 2 + int(share * (n - n // 2)))

    values = [one(offset) for offset in relative.flatten().tolist()]
    return torch.tensor(values, dtype=torch.int64, device=relative.device).reshape(relative.shape)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.v_proj, self.out_proj = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None, causal=False, store=None):
        q = self.cut(self.q_proj(query))
        if store is None:
            k, v = self.cut(self.k_proj(key)), self.cut(self.v_proj(value))
        else:
            k, v = store.update_with(self, key, value)
        mask = mask.unsqueeze(-3) if mask is not None and mask.dim() > 2 else mask
        out, weights = scaled_dot_product_attention(q, k, v, mask, causal)
        self.__dict__["map"] = weights.detach()
        B, h, L, e = out.shape
        return self.out_proj(torch.stack(out.unbind(1), dim=2).reshape(B, L, h * e))

    def cut(self, x):
        return torch.stack(x.chunk(self.heads, dim=-1), dim=1)


class _Growing(dict):
    def update_with(self, attention, key, value):
        k, v = attention.cut(attention.k_proj(key)), attention.cut(attention.v_proj(value))
        self["k"] = torch.cat([self["k"], k], 2) if "k" in self else k
        self["v"] = torch.cat([self["v"], v], 2) if "v" in self else v
        return self["k"], self["v"]


class _Fixed(dict):
    def update_with(self, attention, key, value):
        if not self:
            self["k"], self["v"] = attention.cut(attention.k_proj(key)), attention.cut(attention.v_proj(value))
        return self["k"], self["v"]


class EncoderLayer(nn.Module):
    def __init__(self, d_model, heads, d_ff, norm="pre"):
        super().__init__()
        self.attention, self.feed_forward = MultiHeadAttention(d_model, heads), FeedForward(d_model, d_ff)
        self.norm1, self.norm2, self.pre = LayerNorm(d_model), LayerNorm(d_model), norm == "pre"

    def forward(self, x, mask=None):
        for norm, step in [(self.norm1, lambda y: self.attention(y, y, y, mask)), (self.norm2, self.feed_forward)]:
            if self.pre:
                x = x + step(norm(x))
            else:
                x = norm(x + step(x))
        return x


class DecoderLayer(nn.Module):
    def __init__(self, d_model, heads, d_ff, norm="pre"):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, heads)
        self.cross_attention = MultiHeadAttention(d_model, heads)
        self.feed_forward, self.pre = FeedForward(d_model, d_ff), norm == "pre"
        self.norm1, self.norm2, self.norm3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)

    def forward(self, x, memory, memory_mask=None, stores=(None, None)):
        steps = [
            (self.norm1, lambda y: self.self_attention(y, y, y, causal=True, store=stores[0])),
            (self.norm2, lambda y: self.cross_attention(y, memory, memory, memory_mask, store=stores[1])),
            (self.norm3, self.feed_forward),
        ]
        for norm, step in steps:
            x = x + step(norm(x)) if self.pre else norm(x + step(x))
        return x


class Transformer(nn.Module):
    def __init__(self, src_vocab, tgt_vocab, d_model, heads, layers, d_ff, norm="pre"):
        super().__init__()
        self.src_embedding, self.tgt_embedding = nn.Embedding(src_vocab, d_model), nn.Embedding(tgt_vocab, d_model)
        self.encoder = nn.ModuleList(EncoderLayer(d_model, heads, d_ff, norm) for _ in range(layers))
        self.decoder = nn.ModuleList(DecoderLayer(d_model, heads, d_ff, norm) for _ in range(layers))
        self.output = nn.Linear(d_model, tgt_vocab)
        self.root = math.sqrt(d_model)
        # Long enough for every text of this notebook; made longer when one is not.
        self.register_buffer("table", sinusoidal_positions(64, d_model), persistent=False)
        if norm == "pre":
            self.encoder_norm, self.decoder_norm = LayerNorm(d_model), LayerNorm(d_model)

    def finish(self, name, x):
        return getattr(self, name)(x) if hasattr(self, name) else x

    def positions(self, first, last):
        while last > len(self.table):
            self.table = sinusoidal_positions(2 * len(self.table), self.table.shape[1]).to(self.table)
        return self.table[first:last]

    def memory_of(self, src):
        x = self.src_embedding(src) * self.root + self.positions(0, src.shape[1])
        for layer in self.encoder:
            x = layer(x, (src != 0)[:, None].expand(-1, src.shape[1], -1))
        return self.finish("encoder_norm", x)

    def forward(self, src, tgt, memory=None, first=0, stores=None):
        memory = self.memory_of(src) if memory is None else memory
        x = self.tgt_embedding(tgt) * self.root + self.positions(first, first + tgt.shape[1])
        mask = (src != 0)[:, None].expand(-1, tgt.shape[1], -1)
        for place, layer in enumerate(self.decoder):
            x = layer(x, memory, mask, stores[place] if stores else (None, None))
        return self.output(self.finish("decoder_norm", x))


def greedy_decode(model, src, max_len, bos, eos, use_cache=True):
    texts, live = [[] for _ in src], [True] * len(src)
    stores = [(_Growing(), _Fixed()) for _ in model.decoder] if use_cache else None
    with torch.no_grad():
        memory = model.memory_of(src)
        for t in range(max_len):
            if not any(live):
                break
            if use_cache:
                newest = torch.tensor([[text[-1] if text else bos] for text in texts], device=src.device)
                logits = model(src, newest, memory, t, stores)
            else:
                logits = model(src, torch.tensor([[bos, *text] for text in texts], device=src.device), memory)
            for row, best in enumerate(logits[:, -1].argmax(-1).tolist()):
                texts[row].append(best if live[row] else 0)
                live[row] = live[row] and best != eos
    return torch.tensor(texts, dtype=torch.int64, device=src.device)


@torch.no_grad()
def attention_maps(model, src, tgt):
    model(src, tgt)
    inside = [(layer.self_attention, layer.cross_attention) for layer in model.decoder]
    attentions = [layer.attention for layer in model.encoder] + [one for pair in inside for one in pair]
    return [torch.clone(one.map[0]) for one in attentions]


def head_diversity(outputs):
    distances = [
        torch.linalg.matrix_norm(one - other)
        for n, one in enumerate(outputs)
        for m, other in enumerate(outputs)
        if n != m
    ]
    return torch.stack(distances).sum()
