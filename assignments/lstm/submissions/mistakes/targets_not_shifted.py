"""The model is asked for the character it has just read.

loses: lm.loss
hint: What is the model told at step t, and what should it guess? A loss that falls to zero within minutes
    is a hint too.
"""


class CharLM(CharLM):
    def loss(self, ids, state=None):
        logits, state = self(ids[:-1], state)
        return nn.functional.cross_entropy(logits.flatten(0, 1), ids[:-1].flatten()), state
