"""The new state is built from plain numbers.

loses: cell.gradients, cell.stable
hint: torch.tensor(values) makes a new tensor that has no past. Which line of yours forgets where its
    numbers came from?
"""


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).detach().chunk(4, dim=-1)
    c = torch.sigmoid(f) * c.detach() + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c
