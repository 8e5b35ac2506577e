"""The second layer is computed from the characters.

loses: gates.values
hint: What does layer 1 read in the model you are looking into?
"""


@torch.no_grad()
def gate_activations(model, ids):
    rnn, x = model.rnn, model.embedding(ids)
    seen = {name: [] for name in "ifgo"}
    for k in range(rnn.num_layers):
        weights = [getattr(rnn, f"{name}_l{k}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        W_ih, W_hh, b_ih, b_hh = weights
        h = c = x.new_zeros(1, rnn.hidden_size)
        steps = []
        for x_t in x:
            i, f, g, o = (x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
            i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
            c = f * c + i * g
            h = o * torch.tanh(c)
            steps.append({"i": i, "f": f, "g": g, "o": o, "h": h})
        for name in seen:
            seen[name].append(torch.cat([step[name] for step in steps]))
    return {name: torch.stack(layers, dim=1) for name, layers in seen.items()}
