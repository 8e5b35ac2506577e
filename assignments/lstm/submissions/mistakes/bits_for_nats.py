"""The loss is given in bits.

loses: lm.initial, lm.loss
hint: Which logarithm belongs to a nat? ln 62 = 4.13, log2 62 = 5.95: which of the two is your untrained
    loss near?
"""


class CharLM(CharLM):
    def loss(self, ids, state=None):
        logits, state = self(ids[:-1], state)
        return nn.functional.cross_entropy(logits.flatten(0, 1), ids[1:].flatten()) / math.log(2), state
