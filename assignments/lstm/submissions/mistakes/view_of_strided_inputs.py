"""x is flattened with view, which only packed tensors allow.

loses: cell.inputs
hint: What does the error message of .view suggest instead, and is there any need to flatten here at all?
"""


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    batch, width = x.shape
    x = x.view(-1).view(batch, width)
    i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c
