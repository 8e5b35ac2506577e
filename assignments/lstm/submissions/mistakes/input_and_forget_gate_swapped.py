"""The first block of rows is used as the forget gate, the second as the input gate.

loses: cell.gradients, cell.memory, cell.values, lstm.gradients, lstm.long, lstm.speed, lstm.values,
    lm.artifact, gates.values
hint: In which order do the four blocks of H rows stand in W_ih? With the forget gate wide open and the
    input gate shut, which of the two should keep c as it was?
"""


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    f, i, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, c


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
                f, i, g, o = (step + h @ W_hh.T).chunk(4, dim=-1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                outputs.append(h)
            x = torch.stack(outputs)
            last_h.append(h)
            last_c.append(c)
        return x, (torch.stack(last_h), torch.stack(last_c))
