"""γ starts at 0.

loses: norm.training, norm.state, norm.stable, norm.dtype, norm.speed
hint: A fresh layer gives every channel variance 1: what must γ be?
"""


class BatchNorm2d(BatchNorm2d):
    def __init__(self, c, eps=1e-5, momentum=0.1):
        super().__init__(c, eps, momentum)
        nn.init.zeros_(self.weight)
