"""One bias per layer, and names of the student's own.

loses: lstm.batch, lstm.gradients, lstm.layers, lstm.long, lstm.parameters, lstm.products, lstm.speed,
    lstm.state, lstm.values, lm.artifact, lm.forward, gates.values
hint: Whoever wants to load weights into your LSTM knows the names of torch.nn.LSTM. Print both lists of
    named_parameters() side by side.
"""


class LSTM(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1):
        super().__init__()
        self.hidden_size, self.num_layers = hidden_size, num_layers
        bound = 1 / math.sqrt(hidden_size)
        widths = [input_size] + [hidden_size] * (num_layers - 1)
        self.W = nn.ParameterList(torch.empty(4 * hidden_size, w).uniform_(-bound, bound) for w in widths)
        self.U = nn.ParameterList(torch.empty(4 * hidden_size, hidden_size).uniform_(-bound, bound) for _ in widths)
        self.b = nn.ParameterList(torch.empty(4 * hidden_size).uniform_(-bound, bound) for _ in widths)

    def forward(self, x, state=None):
        if state is None:
            zeros = x.new_zeros(self.num_layers, x.shape[1], self.hidden_size)
            state = (zeros, zeros)
        last = []
        for W, U, b, h, c in zip(self.W, self.U, self.b, *state):
            outputs = []
            for step in x @ W.T + b:
                i, f, g, o = (step + h @ U.T).chunk(4, dim=-1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
                outputs.append(h)
            x = torch.stack(outputs)
            last.append((h, c))
        h, c = map(torch.stack, zip(*last))
        return x, (h, c)
