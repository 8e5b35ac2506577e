"""Products are written as einsum; characters are one-hot vectors; sampling adds Gumbel noise.

artifact: one_hot.safetensors
"""


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    gates = torch.einsum("bi,gi->bg", x, W_ih) + torch.einsum("bh,gh->bg", h, W_hh) + b_ih + b_hh
    i, f, g, o = torch.split(gates, h.shape[1], dim=1)
    c = torch.special.expit(f) * c + torch.special.expit(i) * torch.tanh(g)
    return torch.special.expit(o) * torch.tanh(c), c


class LSTM(LSTM):
    def forward(self, x, state=None):
        batch = x.shape[1]
        if state is None:
            h = c = torch.zeros(self.num_layers, batch, self.hidden_size, dtype=x.dtype, device=x.device)
        else:
            h, c = state
        ends = []
        for k in range(self.num_layers):
            P = dict(self.named_parameters())
            a = torch.einsum("tbi,gi->tbg", x, P[f"weight_ih_l{k}"]) + P[f"bias_ih_l{k}"] + P[f"bias_hh_l{k}"]
            h_k, c_k, y = h[k], c[k], torch.jit.annotate(list, [])
            for t in range(len(x)):
                i, f, g, o = torch.split(a[t] + torch.einsum("bh,gh->bg", h_k, P[f"weight_hh_l{k}"]), self.hidden_size, dim=1)
                c_k = torch.sigmoid(f) * c_k + torch.sigmoid(i) * torch.tanh(g)
                h_k = torch.sigmoid(o) * torch.tanh(c_k)
                y.append(h_k)
            x = torch.stack(y)
            ends.append((h_k, c_k))
        return x, tuple(torch.stack(e) for e in zip(*ends))


class CharLM(nn.Module):
    def __init__(self, vocab, hidden, layers):
        super().__init__()
        self.register_buffer("eye", torch.eye(vocab), persistent=False)
        self.rnn = LSTM(vocab, hidden, layers)
        self.W = nn.Parameter(0.1 * torch.randn(hidden, vocab) / math.sqrt(hidden))

    def forward(self, ids, state=None):
        y, state = self.rnn(self.eye[ids], state)
        return y @ self.W, state

    def loss(self, ids, state=None):
        logits, state = self.forward(ids[:-1], state)
        log_p = logits - logits.logsumexp(-1, keepdim=True)
        return -log_p.gather(-1, ids[1:].unsqueeze(-1)).mean(), state


@torch.inference_mode()
def sample(self, prime, n, temperature=1.0, generator=None):
    logits, state = self.forward(prime.unsqueeze(1))
    new = torch.empty(n, dtype=torch.long)
    for k in range(n):
        z = logits[-1, 0].double()
        if temperature > 0:
            u = torch.rand(z.shape, generator=generator, dtype=torch.float64)
            z = z / temperature - torch.log(-torch.log(u))
        new[k] = z.argmax()
        if k + 1 < n:
            logits, state = self.forward(new[k].reshape(1, 1), state)
    return new


@torch.no_grad()
def gate_activations(model, ids):
    rnn = model.rnn
    h, c = [[torch.zeros(1, rnn.hidden_size).to(model.W)] * rnn.num_layers for _ in range(2)]
    rows = []
    for character in ids:
        x, row = model.eye[character].to(model.W), []
        for k in range(rnn.num_layers):
            gates = x @ getattr(rnn, f"weight_ih_l{k}").T + getattr(rnn, f"bias_ih_l{k}")
            gates = gates + h[k] @ getattr(rnn, f"weight_hh_l{k}").T + getattr(rnn, f"bias_hh_l{k}")
            i, f, g, o = gates.reshape(4, rnn.hidden_size)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c[k] = (f * c[k] + i * g).reshape(1, -1)
            x = h[k] = o * c[k].tanh()
            row.append(torch.stack([i, f, g, o]))
        rows.append(torch.stack(row))
    return dict(zip("ifgo", torch.stack(rows).permute(2, 0, 1, 3)))
