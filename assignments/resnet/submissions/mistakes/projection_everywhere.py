"""Every block has a projection.

loses: block.values, block.shortcut, block.gradients, block.parameters, digits.wiring,
    digits.artifact, resnet.parameters, block.depth, block.inputs
hint: 73,984 parameters for BasicBlock(64, 64): how many have you? Where the shape stays, the shortcut costs
    nothing.
"""


class BasicBlock(BasicBlock):
    def __init__(self, c_in, c_out, stride=1):
        nn.Module.__init__(self)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(c_out)
        self.downsample = None
        if True:
            self.downsample = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), BatchNorm2d(c_out))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
