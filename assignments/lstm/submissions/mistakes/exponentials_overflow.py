"""The softmax is taken without subtracting the largest logit.

loses: sampling.distribution
hint: At temperature 1e-6 the exponents are a million times the logits. Which number can be subtracted from
    all of them without changing the probabilities?
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
            p = (last / temperature).exp() / (last / temperature).exp().sum()
            following = torch.multinomial(p, 1, generator=generator)
        written.append(following)
        logits, state = self(following[:, None], state)
    return torch.cat(written)
