"""The input of step t is the character that step t has to guess.

loses: lm.forward, sampling.distribution, sampling.greedy, gates.values
hint: If a model is allowed to see the answer, what will its loss tell you? Change ids[3]: should logits[2]
    move?
"""


class CharLM(CharLM):
    def forward(self, ids, state=None):
        y, state = self.rnn(self.embedding(ids.roll(-1, dims=0)), state)
        return self.output(y), state
