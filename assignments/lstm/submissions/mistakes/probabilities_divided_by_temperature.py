"""The temperature divides the probabilities, not the logits.

loses: sampling.distribution
hint: Write 100 characters at temperature ½ and at 2 with the same seed: do the two texts differ?
    multinomial does not care how large its weights are altogether, so a factor that all probabilities share
    is lost.
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
            p = torch.softmax(last, dim=-1) / temperature
            following = torch.multinomial(p, 1, generator=generator)
        written.append(following)
        logits, state = self(following[:, None], state)
    return torch.cat(written)
