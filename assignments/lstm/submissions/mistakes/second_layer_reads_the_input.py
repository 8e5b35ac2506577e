"""Every layer reads x; none reads the layer below.

loses: lstm.gradients, lstm.layers, gates.values
hint: What is the input of layer 1: the characters, or what layer 0 made of them? If all layers read the
    same thing, in what sense are they stacked?
"""


class LSTM(LSTM):
    def forward(self, x, state=None):
        if state is None:
            zeros = x.new_zeros(self.num_layers, x.shape[1], self.hidden_size)
            state = (zeros, zeros)
        last_h, last_c = [], []
        for k in range(self.num_layers):
            W_ih, W_hh = getattr(self, f"weight_ih_l{k}"), getattr(self, f"weight_hh_l{k}")
            b_ih, b_hh = getattr(self, f"bias_ih_l{k}"), getattr(self, f"bias_hh_l{k}")
            h, c = state[0][k], state[1][k]
            projected = x @ W_ih.T + b_ih + b_hh
            outputs = []
            for step in projected:
                i, f, g, o = (step + h @ W_hh.T).chunk(4, dim=-1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                outputs.append(h)
            y = torch.stack(outputs)
            last_h.append(h)
            last_c.append(c)
        return y, (torch.stack(last_h), torch.stack(last_c))
