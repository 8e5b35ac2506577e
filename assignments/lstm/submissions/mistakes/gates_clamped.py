"""Pre-activations are clipped to ±10 for fear of overflow.

loses: cell.memory
hint: sigmoid(10) is 0.99995: is that open? After 20 000 steps, what is left of a memory that should have
    been kept?
"""


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = ((x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).clamp(-10, 10)).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, c
