"""The likeliest character is taken at every temperature.

loses: sampling.distribution, sampling.repeatable
hint: Where in your code does chance come in?
"""


@torch.no_grad()
def sample(self, prime, n, temperature=1.0, generator=None):
    logits, state = self(prime[:, None])
    written = []
    for _ in range(n):
        last = logits[-1, 0]
        if temperature == 0:
            following = last.argmax(keepdim=True)
        else:
            p = torch.softmax((last - last.max()) / temperature, dim=-1)
            following = p.argmax(keepdim=True)
        written.append(following)
        logits, state = self(following[:, None], state)
    return torch.cat(written)
