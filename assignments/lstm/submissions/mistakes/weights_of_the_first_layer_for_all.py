"""Every layer uses the parameters of layer 0.

loses: lstm.gradients, lstm.layers, gates.values
hint: Your layers own parameters l0, l1, … Do the ones of l1 get any gradient?
"""


class LSTM(LSTM):
    def forward(self, x, state=None):
        if state is None:
            zeros = x.new_zeros(self.num_layers, x.shape[1], self.hidden_size)
            state = (zeros, zeros)
        last_h, last_c = [], []
        for k in range(self.num_layers):
            W_ih, W_hh = getattr(self, "weight_ih_l0"), getattr(self, "weight_hh_l0")
            b_ih, b_hh = getattr(self, "bias_ih_l0"), getattr(self, "bias_hh_l0")
            h, c = state[0][k], state[1][k]
            projected = x @ W_ih.T + b_ih + b_hh
            outputs = []
            for step in projected:
                i, f, g, o = (step + h @ W_hh.T).chunk(4, dim=-1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                outputs.append(h)
            x = torch.stack(outputs)
            last_h.append(h)
            last_c.append(c)
        return x, (torch.stack(last_h), torch.stack(last_c))
