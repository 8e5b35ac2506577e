"""The shortcut passes a ReLU of its own.

loses: block.values, block.gradients
hint: Negative numbers of the shortcut can be made positive by F(x) before the ReLU sees them. Where do yours
    stop?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out + F.relu(shortcut))
