"""The prime is returned in front of the new characters.

loses: sampling.distribution, sampling.greedy, sampling.repeatable
hint: sample(prime, n) returns n ids. How many does yours return?
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
            following = torch.multinomial(p, 1, generator=generator)
        written.append(following)
        logits, state = self(following[:, None], state)
    return torch.cat([prime, *written])
