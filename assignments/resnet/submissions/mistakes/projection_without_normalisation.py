"""The projection has no normalisation.

loses: block.values, block.shortcut, block.gradients, block.parameters, digits.wiring,
    digits.artifact, resnet.parameters, block.inputs
hint: downsample has two parts in the table of the notebook. Which names are missing from your state_dict?
"""


class BasicBlock(BasicBlock):
    def __init__(self, c_in, c_out, stride=1):
        nn.Module.__init__(self)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(c_out)
        self.downsample = None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
