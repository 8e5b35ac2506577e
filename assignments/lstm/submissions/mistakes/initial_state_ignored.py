"""Every call starts from zeros, whatever state is handed in.

loses: lstm.gradients, lstm.state, lm.artifact, lm.forward, lm.loss, sampling.distribution, sampling.greedy
hint: Read a sequence in two pieces: where does the second call learn what the first one saw?
"""


class LSTM(LSTM):
    def forward(self, x, state=None):
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
        return x, (torch.stack(last_h), torch.stack(last_c))
