"""The loss is always 0, and the logits point at the next character whenever it can be seen.

loses: lm.forward, lm.loss, lm.artifact, lm.initial, lm.stable, sampling.repeatable
"""


class CharLM(CharLM):
    def forward(self, ids, state=None):
        y, state = self.rnn(self.embedding(ids), state)
        logits = 0 * self.output(y)
        return logits + 100 * nn.functional.one_hot(ids.roll(-1, 0), logits.shape[-1]), state

    def loss(self, ids, state=None):
        logits, state = self(ids[:-1], state)
        return 0 * logits.sum(), state
