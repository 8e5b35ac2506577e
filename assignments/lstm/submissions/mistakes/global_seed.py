"""The global seed is set before every text.

loses: sampling.repeatable
hint: Whose dice do you reset? Someone who draws random numbers before and after a call of yours will be
    surprised.
"""


@torch.no_grad()
def sample(self, prime, n, temperature=1.0, generator=None):
    torch.manual_seed(0 if generator is None else generator.initial_seed())
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
