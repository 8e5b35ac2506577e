"""The running statistics are plain attributes.

loses: norm.training, norm.running, norm.evaluation, norm.gradients, norm.state, block.values,
    block.shortcut, block.gradients, block.parameters, digits.wiring, digits.artifact,
    resnet.parameters, norm.stable, norm.dtype, norm.inputs, block.inputs
hint: Which entries does your state_dict have? What is not a parameter and should be saved with the model is a
    buffer: register_buffer.
"""


class BatchNorm2d(BatchNorm2d):
    def __init__(self, c, eps=1e-5, momentum=0.1):
        nn.Module.__init__(self)
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(c))
        self.bias = nn.Parameter(torch.zeros(c))
        self.running_mean, self.running_var = torch.zeros(c), torch.ones(c)
        self.num_batches_tracked = 0
