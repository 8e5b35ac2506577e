"""All parameters start at zero.

loses: lstm.parameters, lm.forward, lm.loss, gates.values
hint: If all units start alike and are treated alike, can they ever become different?
"""


class LSTM(LSTM):
    def __init__(self, input_size, hidden_size, num_layers=1):
        super().__init__(input_size, hidden_size, num_layers)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.zero_()
