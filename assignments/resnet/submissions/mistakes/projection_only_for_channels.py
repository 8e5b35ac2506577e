"""There is no projection where only the stride changes the shape.

loses: block.values, block.parameters
hint: BasicBlock(4, 4, 2): what shape has x, and what shape F(x)?
"""


class BasicBlock(BasicBlock):
    def __init__(self, c_in, c_out, stride=1):
        nn.Module.__init__(self)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(c_out)
        self.downsample = None
        if c_in != c_out:
            self.downsample = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), BatchNorm2d(c_out))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        step = -(-x.shape[2] // out.shape[2])
        shortcut = x[:, :, ::step, ::step] if self.downsample is None else self.downsample(x)
        return F.relu(out + shortcut)
