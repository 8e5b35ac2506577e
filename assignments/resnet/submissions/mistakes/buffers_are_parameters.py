"""The running statistics are parameters.

loses: norm.running, norm.gradients, norm.state, block.gradients
hint: An optimiser changes every parameter, weight decay included. Should it change a running mean?
"""


class BatchNorm2d(BatchNorm2d):
    def __init__(self, c, eps=1e-5, momentum=0.1):
        super().__init__(c, eps, momentum)
        del self.running_mean, self.running_var
        self.running_mean = nn.Parameter(torch.zeros(c))
        self.running_var = nn.Parameter(torch.ones(c))
