"""The new cell state is computed inside the caller's tensor.

loses: cell.gradients, cell.inputs, cell.stable
hint: Whose memory is c? After your call, can the caller still use the state it handed in, for example to
    try another character from the same place?
"""


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
    c.mul_(torch.sigmoid(f)).add_(torch.sigmoid(i) * torch.tanh(g))
    return torch.sigmoid(o) * torch.tanh(c), c
