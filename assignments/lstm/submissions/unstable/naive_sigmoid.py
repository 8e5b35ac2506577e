"""The sigmoid is written as 1 / (1 + exp(−x)).

loses: cell.stable
hint: In float32 exp(100) is infinite. 1 / (1 + ∞) is 0, as it should be, but what is its derivative,
    written as torch computes it: 1/∞² · ∞?
"""


def _sigmoid(x):
    return 1 / (1 + torch.exp(-x))


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
    c = _sigmoid(f) * c + _sigmoid(i) * torch.tanh(g)
    h = _sigmoid(o) * torch.tanh(c)
    return h, c
