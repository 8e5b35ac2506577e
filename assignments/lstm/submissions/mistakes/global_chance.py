"""The generator is not used.

loses: sampling.repeatable
hint: Two people run your code with the same generator. What else must be the same for them to get the same
    text?
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
            following = torch.multinomial(p, 1)
        written.append(following)
        logits, state = self(following[:, None], state)
    return torch.cat(written)
