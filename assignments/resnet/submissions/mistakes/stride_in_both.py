"""Both 3×3 convolutions have the stride, and the projection has its square.

loses: block.values, block.shortcut, block.gradients, digits.wiring, digits.artifact, resnet.wiring,
    maps.values, block.inputs
hint: BasicBlock(2, 3, 2) makes 4×8 pixels of 7×15. What does yours make?
"""


class BasicBlock(BasicBlock):
    def __init__(self, c_in, c_out, stride=1):
        nn.Module.__init__(self)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn2 = BatchNorm2d(c_out)
        self.downsample = None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride * stride, bias=False), BatchNorm2d(c_out))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
