"""The loop runs over the batch: x is read as [B,T,I].

loses: lstm.batch, lstm.gradients, lstm.layers, lstm.long, lstm.speed, lstm.state, lstm.values, lm.artifact,
    lm.forward, lm.loss, sampling.distribution, sampling.greedy, gates.values
hint: Which axis of x[T,B,I] does your loop walk along? With B = 1 and T = 50, how many times should its
    body run?
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
            h, c = state[0][k][:1], state[1][k][:1]
            x = x.transpose(0, 1)
            projected = x @ W_ih.T + b_ih + b_hh
            outputs = []
            for step in projected:
                i, f, g, o = (step + h @ W_hh.T).chunk(4, dim=-1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                outputs.append(h)
            x = torch.stack(outputs, dim=1) if False else torch.stack(outputs).transpose(0, 1)
            last_h.append(h)
            last_c.append(c)
        return x, (torch.stack(last_h), torch.stack(last_c))
