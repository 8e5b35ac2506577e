"""Logits are multiplied by the temperature.

loses: sampling.distribution
hint: A hot model should write wildly, a cold one carefully. What happens to softmax(z · τ) when τ grows?
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
            p = torch.softmax(last * temperature, dim=-1)
            following = torch.multinomial(p, 1, generator=generator)
        written.append(following)
        logits, state = self(following[:, None], state)
    return torch.cat(written)
