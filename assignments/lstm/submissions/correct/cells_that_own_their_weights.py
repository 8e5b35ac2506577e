"""Layers are objects of their own that share the parameters; sampling inverts the cumulative distribution."""


class _Cell:
    def __init__(self, owner, k):
        self.owner, self.k = owner, k

    def __getattr__(self, name):
        return getattr(self.owner, f"{name}_l{self.k}")

    def run(self, x, h, c):
        ys = []
        for a in torch.unbind(torch.matmul(x, self.weight_ih.T) + self.bias_ih):
            h, c = self.step(a, h, c)
            ys.append(h)
        return torch.stack(ys), h, c

    def step(self, a, h, c):
        i, f, g, o = torch.tensor_split(torch.addmm(a + self.bias_hh, h, self.weight_hh.T), 4, dim=1)
        c = c * f.sigmoid() + g.tanh() * i.sigmoid()
        return c.tanh() * o.sigmoid(), c


class LSTM(LSTM):
    def forward(self, x, state=None):
        if state is None:
            empty = torch.zeros((self.num_layers, x.shape[1], self.hidden_size)).to(x)
            state = empty, empty.clone()
        final = []
        for k, (h, c) in enumerate(zip(*state)):
            x, h, c = _Cell(self, k).run(x, h, c)
            final.append(torch.stack([h, c]))
        h, c = torch.stack(final, dim=1)
        return x, (h, c)


@torch.no_grad()
def sample(self, prime, n, temperature=1.0, generator=None):
    ids, state, new = prime.reshape(-1, 1), None, []
    while len(new) < n:
        logits, state = self(ids, state)
        order = torch.argsort(logits[-1, 0], descending=True)
        best = logits[-1, 0][order]
        if temperature == 0:
            place = torch.tensor(0)
        else:
            mass = torch.softmax((best - best[0]) / temperature, 0).cumsum(0)
            place = torch.searchsorted(mass, torch.rand(1, generator=generator).to(mass) * mass[-1])[0]
        new.append(order[place.clamp(max=len(order) - 1)])
        ids = new[-1].reshape(1, 1)
    return torch.stack(new)


class _Chunks:
    """An iterator that is no generator."""

    def __init__(self, model, ids, steps):
        self.model, self.ids, self.steps, self.at, self.state = model, ids, steps, 0, None

    def __iter__(self):
        return self

    def __next__(self):
        if self.at >= len(self.ids) - 1:
            raise StopIteration
        loss, state = self.model.loss(self.ids[self.at : self.at + self.steps + 1], self.state)
        self.state = [part.detach().clone() for part in state]
        self.at += self.steps
        return loss


def truncated_bptt(model, ids, steps):
    return _Chunks(model, ids, steps)


@torch.no_grad()
def gate_activations(model, ids):
    """Reads the model's own states and works out each step's gates afterwards."""
    rnn, x = model.rnn, model.embedding(ids)
    result = []
    for k in range(rnn.num_layers):
        cell = _Cell(rnn, k)
        h = x.new_zeros(1, rnn.hidden_size)
        y, _, _ = cell.run(x, h, h.clone())
        before = torch.cat([h[None], y[:-1]])[:, 0]
        a = x[:, 0] @ cell.weight_ih.T + cell.bias_ih + before @ cell.weight_hh.T + cell.bias_hh
        i, f, g, o = a.chunk(4, dim=1)
        result.append({"i": i.sigmoid(), "f": f.sigmoid(), "g": g.tanh(), "o": o.sigmoid()})
        x = y
    return {name: torch.stack([layer[name] for layer in result], 1) for name in "ifgo"}
