"""x and h are joined, so that one product makes all gates; time is the outer loop, layers the inner one."""


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    gates = torch.cat([x, h], dim=1) @ torch.cat([W_ih, W_hh], dim=1).t() + (b_ih + b_hh)
    i, f, g, o = gates.reshape(len(x), 4, -1).unbind(1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


class LSTM(LSTM):
    def forward(self, x, state=None):
        layers = range(self.num_layers)
        if state is None:
            state = (x.new_zeros(self.num_layers, x.size(1), self.hidden_size),) * 2
        h, c = list(state[0]), list(state[1])
        W = [torch.cat([getattr(self, f"weight_ih_l{k}"), getattr(self, f"weight_hh_l{k}")], 1).t() for k in layers]
        b = [getattr(self, f"bias_ih_l{k}") + getattr(self, f"bias_hh_l{k}") for k in layers]
        y = []
        for inputs in x:
            for k in layers:
                gates = torch.addmm(b[k], torch.cat([inputs, h[k]], 1), W[k])
                i, f, g, o = gates.reshape(len(inputs), 4, -1).unbind(1)
                c[k] = f.sigmoid() * c[k] + i.sigmoid() * g.tanh()
                h[k] = inputs = o.sigmoid() * c[k].tanh()
            y.append(inputs)
        return torch.stack(y), (torch.stack(h), torch.stack(c))


def truncated_bptt(model, ids, steps):
    state = None
    for chunk in torch.split(torch.arange(len(ids) - 1), steps):
        if state is not None:
            state = (state[0].detach(), state[1].detach())
        loss, state = model.loss(ids[chunk[0] : chunk[-1] + 2], state)
        yield loss
