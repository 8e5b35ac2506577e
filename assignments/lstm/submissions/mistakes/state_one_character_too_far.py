"""The last target is read too before the state is returned.

loses: lm.loss
hint: Which character will the next chunk begin with? If your state has already seen it, it will be read
    twice.
"""


class CharLM(CharLM):
    def loss(self, ids, state=None):
        logits, state = self(ids, state)
        return nn.functional.cross_entropy(logits[:-1].flatten(0, 1), ids[1:].flatten()), state
