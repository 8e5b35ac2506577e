"""y holds the last h only, for all steps to come.

loses: lstm.batch, lstm.gradients, lstm.layers, lstm.long, lstm.speed, lstm.state, lstm.values, lm.forward,
    lm.initial, lm.loss, lm.stable, sampling.distribution
hint: A language model predicts a character after *every* step. How many outputs does your y hold for T = 5?
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
            x = torch.stack(outputs)
            last_h.append(h)
            last_c.append(c)
        x = x[-1:]
        return x, (torch.stack(last_h), torch.stack(last_c))
