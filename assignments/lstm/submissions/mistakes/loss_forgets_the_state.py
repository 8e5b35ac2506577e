"""loss does not hand its state on to the model.

loses: lm.loss
hint: Your function has an argument that it never uses.
"""


class CharLM(CharLM):
    def loss(self, ids, state=None):
        logits, state = self(ids[:-1])
        return nn.functional.cross_entropy(logits.flatten(0, 1), ids[1:].flatten()), state
