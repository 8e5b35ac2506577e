"""Softmax from exponentials, heads folded into the batch, one fused projection, maps by hooks, everything as torch functions."""


def scaled_dot_product_attention(q, k, v, mask=None, causal=False):
    s = torch.matmul(q, k.mT).div(q.size(-1) ** 0.5)
    hidden = torch.zeros(s.shape, dtype=torch.bool, device=s.device)
    if causal:
        n, m = s.shape[-2:]
        hidden = hidden | torch.ones(n, m, dtype=torch.bool, device=s.device).triu(m - n + 1)
    if mask is not None:
        hidden = hidden | mask.logical_not()
    low = torch.finfo(s.dtype).min
    top = torch.where(hidden, torch.full_like(s, low), s).max(dim=-1, keepdim=True).values.detach()
    e = torch.where(hidden, torch.zeros_like(s), torch.exp(torch.where(hidden, torch.zeros_like(s), s - top)))
    total = e.sum(dim=-1, keepdim=True)
    w = e / torch.where(total == 0, torch.ones_like(total), total)
    return torch.matmul(w, v), w


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.h = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d_model, d_model) for _ in range(4))
        self.watchers = []

    def forward(self, query, key, value, mask=None, causal=False, past=None):
        B, d = query.size(0), query.size(-1)
        if key is query and value is query:
            weight = torch.cat([self.q_proj.weight, self.k_proj.weight, self.v_proj.weight])
            bias = torch.cat([self.q_proj.bias, self.k_proj.bias, self.v_proj.bias])
            q, k, v = nn.functional.linear(query, weight, bias).split(d, dim=-1)
        else:
            q = self.q_proj(query)
            k, v = (None, None) if key is None else (self.k_proj(key), self.v_proj(value))
        if past is not None:
            k, v = past(k, v)
        q, k, v = (
            x.reshape(B, -1, self.h, d // self.h).permute(0, 2, 1, 3).reshape(B * self.h, -1, d // self.h)
            for x in (q, k, v)
        )
        if mask is not None and mask.dim() == 3:
            mask = mask.expand(B, -1, -1).repeat_interleave(self.h, dim=0)
        out, w = scaled_dot_product_attention(q, k, v, mask, causal)
        for watcher in self.watchers:
            watcher(w.view(B, self.h, *w.shape[1:]))
        out = out.view(B, self.h, -1, d // self.h).permute(0, 2, 1, 3).reshape(B, -1, d)
        return self.out_proj(out)


def sinusoidal_positions(length, d):
    column = torch.arange(d)
    angle = torch.arange(length).unsqueeze(1) / torch.pow(torch.tensor(10000.0), 2 * (column // 2) / d)
    return torch.where(column % 2 == 0, torch.sin(angle), torch.cos(angle))


def rope(x, positions, theta=10000.0):
    d, kind = x.size(-1), torch.float64 if x.dtype == torch.float64 else torch.float32
    power = torch.arange(d, device=x.device).div(2, rounding_mode="floor").mul(2).to(kind) / d
    angle = positions.to(kind).unsqueeze(-1) / theta**power
    across = torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).reshape(x.shape)
    return (x.to(kind) * angle.cos() + across.to(kind) * angle.sin()).to(x.dtype)


def relative_scores(q, table, clip):
    L = q.size(-2)
    rows = []
    for i in range(L):
        index = (torch.arange(L, device=q.device) - i).clip(-clip, clip) + clip
        rows.append(q[..., i, :] @ table.index_select(0, index).T)
    return torch.stack(rows, dim=-2)


def t5_bucket(relative, bidirectional, buckets=32, max_distance=128):
    n = buckets // 2 if bidirectional else buckets
    near = n // 2
    edges = [near * (max_distance / near) ** (k / (n - near)) for k in range(1, n - near)]
    distance = relative.abs() if bidirectional else relative.neg().clamp_min(0)
    far = near + torch.bucketize(distance.double(), torch.tensor(edges, dtype=torch.float64), right=True)
    bucket = torch.where(distance < near, distance, far.clamp(max=n - 1))
    return bucket + n * (relative > 0).long() if bidirectional else bucket


def alibi_slopes(heads):
    n = 1
    while 2 * n <= heads:
        n *= 2
    slopes = [2 ** (-8 * (k + 1) / n) for k in range(n)]
    slopes += [2 ** (-8 * (2 * k + 1) / (2 * n)) for k in range(heads - n)]
    return torch.tensor(slopes, dtype=torch.get_default_dtype())


class LayerNorm(nn.Module):
    def __init__(self, d, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.register_parameter("weight", nn.Parameter(torch.full((d,), 1.0)))
        self.register_parameter("bias", nn.Parameter(torch.full((d,), 0.0)))

    def forward(self, x):
        kind = torch.float64 if x.dtype == torch.float64 else torch.float32
        y = x.to(kind)
        y = y - y.sum(-1, keepdim=True) / y.size(-1)
        y = y * ((y * y).sum(-1, keepdim=True) / y.size(-1) + self.eps).pow(-0.5)
        return torch.addcmul(self.bias.to(kind), y, self.weight.to(kind)).to(x.dtype)


class FeedForward(nn.Module):
    def __init__(self, d, d_ff):
        super().__init__()
        self.up, self.down = nn.Linear(d, d_ff), nn.Linear(d_ff, d)

    def forward(self, x):
        return self.down(self.up(x).clamp_min(0))


class _Kept:
    """Keys and values that grow."""

    def __init__(self):
        self.pair = None

    def __call__(self, k, v):
        if self.pair is not None:
            k, v = torch.cat((self.pair[0], k), 1), torch.cat((self.pair[1], v), 1)
        self.pair = (k, v)
        return self.pair


class DecoderLayer(nn.Module):
    def __init__(self, d_model, heads, d_ff, norm="pre"):
        super().__init__()
        self.self_attention, self.cross_attention = (MultiHeadAttention(d_model, heads) for _ in range(2))
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2, self.norm3 = LayerNorm(d_model), LayerNorm(d_model), LayerNorm(d_model)
        self.add = {"pre": lambda x, f, n: x + f(n(x)), "post": lambda x, f, n: n(x + f(x))}[norm]

    def forward(self, x, memory, memory_mask=None, kept=None, of_memory=None):
        x = self.add(x, lambda y: self.self_attention(y, y, y, causal=True, past=kept), self.norm1)
        if of_memory is None:
            x = self.add(x, lambda y: self.cross_attention(y, memory, memory, memory_mask), self.norm2)
        else:
            past = lambda k, v: of_memory
            x = self.add(x, lambda y: self.cross_attention(y, None, None, memory_mask, past=past), self.norm2)
        return self.add(x, self.feed_forward, self.norm3)


class Transformer(nn.Module):
    def __init__(self, src_vocab, tgt_vocab, d_model, heads, layers, d_ff, norm="pre"):
        super().__init__()
        self.src_embedding = nn.Embedding(src_vocab, d_model, padding_idx=0)
        self.tgt_embedding = nn.Embedding(tgt_vocab, d_model)
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        for _ in range(layers):
            self.encoder.append(EncoderLayer(d_model, heads, d_ff, norm))
            self.decoder.append(DecoderLayer(d_model, heads, d_ff, norm))
        last = (lambda: LayerNorm(d_model)) if norm == "pre" else nn.Sequential
        self.encoder_norm, self.decoder_norm = last(), last()
        self.output = nn.Linear(d_model, tgt_vocab)
        self.d_model = d_model

    def place(self, first, count, like):
        return sinusoidal_positions(first + count, self.d_model).to(like.dtype).to(like.device)[first:]

    def read(self, src):
        mask = (src != 0).unsqueeze(-2)
        x = self.src_embedding(src) * math.sqrt(self.d_model)
        x = x + self.place(0, src.shape[1], x)
        for layer in self.encoder:
            x = layer(x, mask.repeat(1, src.shape[1], 1))
        return self.encoder_norm(x), mask

    def write(self, tgt, memory, mask, first=0, kept=None, of_memory=None):
        x = self.tgt_embedding(tgt) * math.sqrt(self.d_model)
        x = x + self.place(first, tgt.shape[1], x)
        for n, layer in enumerate(self.decoder):
            own = {} if kept is None else {"kept": kept[n], "of_memory": of_memory[n]}
            x = layer(x, memory, mask.repeat(1, tgt.shape[1], 1), **own)
        return self.output(self.decoder_norm(x))

    def forward(self, src, tgt):
        memory, mask = self.read(src)
        return self.write(tgt, memory, mask)


@torch.no_grad()
def greedy_decode(model, src, max_len, bos, eos, use_cache=True):
    memory, mask = model.read(src)
    text = torch.zeros(len(src), max_len + 1, dtype=torch.int64, device=src.device)
    text[:, 0] = bos
    kept = of_memory = None
    if use_cache:
        kept = [_Kept() for _ in model.decoder]
        of_memory = [(one.cross_attention.k_proj(memory), one.cross_attention.v_proj(memory)) for one in model.decoder]
    done = torch.zeros(len(src), dtype=torch.bool, device=src.device)
    n = 0
    while n < max_len and not done.all():
        if use_cache:
            logits = model.write(text[:, n : n + 1], memory, mask, n, kept, of_memory)
        else:
            logits = model.write(text[:, : n + 1], memory, mask)
        n += 1
        text[:, n] = logits[:, -1].argmax(-1) * ~done
        done |= text[:, n] == eos
    return text[:, 1 : n + 1]


def attention_maps(model, src, tgt):
    maps, watched = [], [m for m in model.modules() if isinstance(m, MultiHeadAttention)]
    for module in watched:
        module.watchers.append(lambda w: maps.append(w[0].detach().clone()))
    try:
        with torch.no_grad():
            model(src, tgt)
    finally:
        for module in watched:
            module.watchers.pop()
    return maps


def head_diversity(outputs):
    flat = outputs.reshape(outputs.size(0), -1)
    return torch.cdist(flat[None], flat[None], compute_mode="donot_use_mm_for_euclid_dist").sum()
