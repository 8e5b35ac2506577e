"""The LSTM is not the attribute rnn.

loses: lm.artifact, lm.forward, gates.values
hint: The grader and the gate plots look for model.rnn. What is yours called?
"""


class CharLM(CharLM):
    def __init__(self, vocab, hidden, layers):
        super().__init__(vocab, hidden, layers)
        self.lstm = self.rnn
        del self.rnn

    def forward(self, ids, state=None):
        y, state = self.lstm(self.embedding(ids), state)
        return self.output(y), state
