"""The whole text is read again for every new character.

loses: sampling.linear
hint: How many steps does the rnn make for n new characters? What could you keep from one character to the
    next so that it is n?
"""


@torch.no_grad()
def sample(self, prime, n, temperature=1.0, generator=None):
    written = prime
    for _ in range(n):
        last = self(written[:, None])[0][-1, 0]
        if temperature == 0:
            following = last.argmax(keepdim=True)
        else:
            p = torch.softmax((last - last.max()) / temperature, dim=-1)
            following = torch.multinomial(p, 1, generator=generator)
        written = torch.cat([written, following])
    return written[len(prime) :]
