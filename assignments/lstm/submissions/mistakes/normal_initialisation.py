"""Weights start from a standard normal distribution.

loses: lstm.parameters
hint: With H = 400 inputs of size 1 and weights of size 1, how large is a typical pre-activation, and where
    on the sigmoid does it lie? What does 1/√H do about that?
"""


class LSTM(LSTM):
    def __init__(self, input_size, hidden_size, num_layers=1):
        super().__init__(input_size, hidden_size, num_layers)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.normal_()
