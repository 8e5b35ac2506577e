"""The layer is torch's own.

loses: lstm.values, lstm.layers, lstm.state, lstm.gradients, lstm.batch, lstm.long, lstm.products, lstm.speed,
    lm.forward, lm.loss, lm.artifact, lm.initial, lm.stable, gates.values
verdict: FORBIDDEN
hint: The exercise is to write what torch.nn.LSTM does. Keep torch's for checking yours.
"""


class LSTM(nn.LSTM):
    pass
