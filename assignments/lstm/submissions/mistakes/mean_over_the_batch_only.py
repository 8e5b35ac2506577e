"""The loss is summed over time and averaged over the batch.

loses: lm.initial, lm.loss
hint: Nats *per character*: by how many characters is the sum divided?
"""


class CharLM(CharLM):
    def loss(self, ids, state=None):
        logits, state = self(ids[:-1], state)
        return nn.functional.cross_entropy(logits.flatten(0, 1), ids[1:].flatten()) * len(logits), state
