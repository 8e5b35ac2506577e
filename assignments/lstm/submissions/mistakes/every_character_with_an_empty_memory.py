"""Each character is read from the zero state.

loses: lm.artifact, lm.forward, lm.loss
hint: Your prediction is that of a bigram model. How does what was read at step t reach step t + 1?
"""


class CharLM(CharLM):
    def forward(self, ids, state=None):
        x = self.embedding(ids)
        y = torch.cat([self.rnn(x[t : t + 1])[0] for t in range(len(x))])
        return self.output(y), self.rnn(x, state)[1]
