"""tanh is written with four exponentials.

loses: cell.stable
hint: In float32 exp(100) is infinite: what is ∞ / ∞? Divide numerator and denominator by the larger
    exponential first.
"""


def _tanh(x):
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * _tanh(g)
    h = torch.sigmoid(o) * _tanh(c)
    return h, c
