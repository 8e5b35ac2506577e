"""Temperature 0 has no case of its own.

loses: sampling.greedy
hint: What is z / 0, and what does softmax make of it? Which character should be left when the temperature
    goes to 0?
"""


@torch.no_grad()
def sample(self, prime, n, temperature=1.0, generator=None):
    logits, state = self(prime[:, None])
    written = []
    for _ in range(n):
        last = logits[-1, 0]
        if temperature is None:
            following = last.argmax(keepdim=True)
        else:
            p = torch.softmax((last - last.max()) / temperature, dim=-1)
            following = torch.multinomial(p, 1, generator=generator)
        written.append(following)
        logits, state = self(following[:, None], state)
    return torch.cat(written)
