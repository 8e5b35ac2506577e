"""Pre-activations are added to zeros of torch's default dtype.

loses: cell.dtype
hint: Which dtype does torch.zeros(B, 4 * H) have when x is bfloat16? And what is the sum of a float32 and a
    bfloat16 tensor?
"""


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    gates = torch.zeros(len(x), len(b_ih))
    gates = gates + x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = gates.chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c
