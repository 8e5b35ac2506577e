"""The gates are cut out by slices; T steps are read one by one through lists, layer by layer."""


def _gates(a):
    H = a.shape[-1] // 4
    return torch.sigmoid(a[..., :H]), torch.sigmoid(a[..., H : 2 * H]), torch.tanh(a[..., 2 * H : 3 * H]), torch.sigmoid(a[..., 3 * H :])


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    i, f, g, o = _gates(nn.functional.linear(x, W_ih, b_ih) + nn.functional.linear(state[0], W_hh, b_hh))
    c = torch.addcmul(i * g, f, state[1])
    return o * c.tanh(), c


class LSTM(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1):
        super().__init__()
        self.hidden_size, self.num_layers = hidden_size, num_layers
        for k in range(num_layers):
            setattr(self, "weight_ih_l%d" % k, nn.Parameter(torch.empty(4 * hidden_size, hidden_size if k else input_size)))
            setattr(self, "weight_hh_l%d" % k, nn.Parameter(torch.empty(4 * hidden_size, hidden_size)))
            setattr(self, "bias_ih_l%d" % k, nn.Parameter(torch.empty(4 * hidden_size)))
            setattr(self, "bias_hh_l%d" % k, nn.Parameter(torch.empty(4 * hidden_size)))
        for p in self.parameters():
            nn.init.uniform_(p, -(hidden_size**-0.5), hidden_size**-0.5)

    def forward(self, x, state=None):
        T, B = x.shape[:2]
        if state is None:
            state = torch.zeros(2, self.num_layers, B, self.hidden_size, dtype=x.dtype, device=x.device)
        hs, cs = [], []
        for k in range(self.num_layers):
            h, c = state[0][k], state[1][k]
            a = nn.functional.linear(x, getattr(self, f"weight_ih_l{k}"), getattr(self, f"bias_ih_l{k}"))
            y = []
            for t in range(T):
                i, f, g, o = _gates(a[t] + nn.functional.linear(h, getattr(self, f"weight_hh_l{k}"), getattr(self, f"bias_hh_l{k}")))
                c = f * c + i * g
                h = o * c.tanh()
                y += [h]
            x = torch.stack(y, 0)
            hs += [h]
            cs += [c]
        return x, (torch.stack(hs), torch.stack(cs))
