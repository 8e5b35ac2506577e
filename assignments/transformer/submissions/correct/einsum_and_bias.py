"""Attention by einsum with an additive bias, complex rotations, norms by torch.var, a cache of lists."""


def scaled_dot_product_attention(q, k, v, mask=None, causal=False):
    scores = torch.einsum("...id,...jd->...ij", q * q.shape[-1] ** -0.5, k)
    Lq, Lk = scores.shape[-2:]
    seen = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    if causal:
        i, j = torch.arange(Lq, device=q.device), torch.arange(Lk, device=q.device)
        seen = seen & (j[None, :] - i[:, None] <= Lk - Lq)
    some = seen.any(dim=-1, keepdim=True)
    # Empty rows see everything for a moment, so that no row is without a number.
    bias = torch.zeros_like(scores).masked_fill(~(seen | ~some), -math.inf)
    weights = torch.softmax(scores + bias, -1) * some
    return torch.einsum("...ij,...jd->...id", weights, v), weights


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.heads, self.width = heads, d_model // heads
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            self.add_module(name, nn.Linear(d_model, d_model))

    def forward(self, query, key, value, mask=None, causal=False):
        h, e = self.heads, self.width

        def heads_of(linear, x):
            weight, bias = linear.weight.view(h, e, -1), linear.bias.view(h, 1, e)
            return torch.einsum("bld,hed->bhle", x, weight) + bias

        q, k, v = heads_of(self.q_proj, query), heads_of(self.k_proj, key), heads_of(self.v_proj, value)
        return self.join(q, k, v, mask, causal)

    def join(self, q, k, v, mask, causal):
        if mask is not None and mask.dim() == 3:
            mask = mask.unsqueeze(1)
        out, self.seen = scaled_dot_product_attention(q, k, v, mask=mask, causal=causal)
        weight = self.out_proj.weight.view(-1, self.heads, self.width)
        return torch.einsum("bhle,dhe->bld", out, weight) + self.out_proj.bias


def sinusoidal_positions(length, d):
    dtype = torch.get_default_dtype()
    table = torch.empty(length, d, dtype=dtype)
    rate = torch.exp(torch.arange(0, d, 2, dtype=dtype) * (-math.log(10000.0) / d))
    angle = torch.outer(torch.arange(length, dtype=dtype), rate)
    table[:, 0::2], table[:, 1::2] = torch.sin(angle), torch.cos(angle)
    return table


def rope(x, positions, theta=10000.0):
    wide = x if x.dtype in (torch.float32, torch.float64) else x.float()
    d = x.shape[-1]
    rate = torch.exp(torch.arange(0, d, 2, dtype=wide.dtype, device=x.device) * (-math.log(theta) / d))
    angle = torch.outer(positions.to(wide.dtype), rate)
    pairs = torch.view_as_complex(wide.reshape(*x.shape[:-1], d // 2, 2).contiguous())
    turned = pairs * torch.complex(angle.cos(), angle.sin())
    return torch.view_as_real(turned).reshape(x.shape).to(x.dtype)


def relative_scores(q, table, clip):
    L = q.shape[-2]
    offsets = torch.tensor([[min(max(j - i, -clip), clip) for j in range(L)] for i in range(L)], device=q.device)
    return torch.einsum("...id,ijd->...ij", q, table[(offsets + clip).long()])


def t5_bucket(relative, bidirectional, buckets=32, max_distance=128):
    n, result = -relative, torch.zeros_like(relative, dtype=torch.long)
    if bidirectional:
        buckets = buckets // 2
        result = result + (n < 0).to(torch.long) * buckets
        n = torch.abs(n)
    else:
        n = torch.max(n, torch.zeros_like(n))
    exact = buckets // 2
    large = exact + (
        torch.log(n.float() / exact + 1e-6) / math.log(max_distance / exact) * (buckets - exact)
    ).to(torch.long)
    large = torch.min(large, torch.full_like(large, buckets - 1))
    return result + torch.where(n < exact, n, large)


def alibi_slopes(heads):
    def power(n):
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start**i for i in range(n)]

    if math.log2(heads).is_integer():
        return torch.tensor(power(heads))
    near = 2 ** math.floor(math.log2(heads))
    return torch.tensor(power(near) + power(2 * near)[0::2][: heads - near])


class LayerNorm(nn.Module):
    def __init__(self, d, eps=1e-5):
        super().__init__()
        self.weight, self.bias, self.eps = nn.Parameter(torch.ones(d)), nn.Parameter(torch.zeros(d)), eps

    def forward(self, x):
        y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        variance, mean = torch.var_mean(y, dim=-1, keepdim=True, unbiased=False)
        y = (y - mean) / torch.sqrt(variance + self.eps)
        return (y * self.weight.to(y.dtype) + self.bias.to(y.dtype)).to(x.dtype)


class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-5):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(d)), eps

    def forward(self, x):
        y = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        y = y / (y.pow(2).mean(-1, keepdim=True) + self.eps).sqrt()
        return (y * self.weight.to(y.dtype)).to(x.dtype)


class SwiGLU(nn.Module):
    def __init__(self, d, d_ff):
        super().__init__()
        self.gate, self.up = nn.Linear(d, d_ff, bias=False), nn.Linear(d, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d, bias=False)

    def forward(self, x):
        a = self.gate(x)
        return self.down(a * torch.sigmoid(a) * self.up(x))


class DecoderLayer(nn.Module):
    def __init__(self, d_model, heads, d_ff, norm="pre"):
        super().__init__()
        self.pre = norm == "pre"
        self.self_attention = MultiHeadAttention(d_model, heads)
        self.cross_attention = MultiHeadAttention(d_model, heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.norm1, self.norm2, self.norm3 = (LayerNorm(d_model) for _ in range(3))

    def forward(self, x, memory, memory_mask=None):
        if self.pre:
            y = self.norm1(x)
            x = x + self.self_attention(y, y, y, causal=True)
            x = x + self.cross_attention(self.norm2(x), memory, memory, memory_mask)
            return x + self.feed_forward(self.norm3(x))
        x = self.norm1(x + self.self_attention(x, x, x, causal=True))
        x = self.norm2(x + self.cross_attention(x, memory, memory, memory_mask))
        return self.norm3(x + self.feed_forward(x))


class Transformer(nn.Module):
    def __init__(self, src_vocab, tgt_vocab, d_model, heads, layers, d_ff, norm="pre"):
        super().__init__()
        self.d_model, self.norm = d_model, norm
        self.src_embedding, self.tgt_embedding = nn.Embedding(src_vocab, d_model), nn.Embedding(tgt_vocab, d_model)
        self.encoder = nn.ModuleList([EncoderLayer(d_model, heads, d_ff, norm) for _ in range(layers)])
        self.decoder = nn.ModuleList([DecoderLayer(d_model, heads, d_ff, norm) for _ in range(layers)])
        if norm == "pre":
            self.encoder_norm, self.decoder_norm = LayerNorm(d_model), LayerNorm(d_model)
        self.output = nn.Linear(d_model, tgt_vocab)

    def embed(self, table, ids):
        x = table(ids) * self.d_model**0.5
        return x + sinusoidal_positions(ids.size(1), self.d_model).to(x)

    def forward(self, src, tgt):
        Ls, Lt = src.size(1), tgt.size(1)
        real = src.ne(0).unsqueeze(1)
        memory, x = self.embed(self.src_embedding, src), self.embed(self.tgt_embedding, tgt)
        for layer in self.encoder:
            memory = layer(memory, real.expand(-1, Ls, -1))
        if self.norm == "pre":
            memory = self.encoder_norm(memory)
        for layer in self.decoder:
            x = layer(x, memory, real.expand(-1, Lt, -1))
        if self.norm == "pre":
            x = self.decoder_norm(x)
        return self.output(x)


class _Stepper:
    """Everything that decoding needs of a model, one position at a time."""

    def __init__(self, model, src):
        self.model, self.t = model, 0
        self.real = src.ne(0).unsqueeze(1)
        memory = model.embed(model.src_embedding, src)
        for layer in model.encoder:
            memory = layer(memory, self.real.expand(-1, src.size(1), -1))
        memory = model.encoder_norm(memory) if model.norm == "pre" else memory
        self.cross = [self.keys(layer.cross_attention, memory) for layer in model.decoder]
        self.own = [[] for _ in model.decoder]

    def cut(self, attention, x):
        return x.view(x.size(0), x.size(1), attention.heads, attention.width).transpose(1, 2)

    def keys(self, attention, x):
        return self.cut(attention, attention.k_proj(x)), self.cut(attention, attention.v_proj(x))

    def ask(self, attention, x, pair, mask=None):
        return attention.join(self.cut(attention, attention.q_proj(x)), *pair, mask, False)

    def __call__(self, ids):
        model = self.model
        place = sinusoidal_positions(self.t + 1, model.d_model)[self.t]
        x = model.tgt_embedding(ids)[:, None] * model.d_model**0.5
        x = x + place.to(x)
        self.t += 1
        for layer, cross, own in zip(model.decoder, self.cross, self.own):

            def back(y, layer=layer, own=own):
                own.append(self.keys(layer.self_attention, y))
                return self.ask(layer.self_attention, y, [torch.cat(one, 2) for one in zip(*own)])

            def across(y, layer=layer, cross=cross):
                return self.ask(layer.cross_attention, y, cross, self.real)

            steps = ((back, layer.norm1), (across, layer.norm2), (layer.feed_forward, layer.norm3))
            for step, norm in steps:
                x = x + step(norm(x)) if layer.pre else norm(x + step(x))
        x = model.decoder_norm(x) if model.norm == "pre" else x
        return model.output(x)[:, 0]


def greedy_decode(model, src, max_len, bos, eos, use_cache=True):
    with torch.inference_mode():
        ids, columns = torch.full((src.size(0),), bos, dtype=torch.long, device=src.device), []
        alive = torch.ones_like(ids, dtype=torch.bool)
        step, all_ids = _Stepper(model, src) if use_cache else None, ids[:, None]
        while len(columns) < max_len and bool(alive.any()):
            logits = step(ids) if use_cache else model(src, all_ids)[:, -1]
            ids = torch.where(alive, logits.max(dim=-1).indices, torch.zeros_like(ids))
            columns.append(ids)
            all_ids = torch.cat([all_ids, ids[:, None]], 1)
            alive = alive & (ids != eos)
    return torch.stack(columns, dim=1).clone()


def attention_maps(model, src, tgt):
    with torch.no_grad():
        model(src, tgt)
        maps = [layer.attention.seen.squeeze(0) for layer in model.encoder]
        for layer in model.decoder:
            maps.extend([layer.self_attention.seen.squeeze(0), layer.cross_attention.seen.squeeze(0)])
    return maps


def head_diversity(outputs):
    flat = outputs.flatten(1)
    first, second = torch.triu_indices(len(flat), len(flat), 1)
    return 2 * (flat[first] - flat[second]).norm(dim=1).sum()
