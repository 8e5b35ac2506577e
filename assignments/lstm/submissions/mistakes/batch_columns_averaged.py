"""The output is centred over the batch.

loses: lm.forward
hint: Two texts stand side by side in a batch by chance. May the prediction for one depend on the other?
"""


class CharLM(CharLM):
    def forward(self, ids, state=None):
        y, state = self.rnn(self.embedding(ids), state)
        return self.output(y - 0.5 * y.mean(dim=1, keepdim=True)), state
