"""The branches are multiplied.

loses: block.values, block.shortcut, block.gradients, digits.artifact, block.depth
hint: With F(x) = 0 the output is ReLU(x). What is 0 · x?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out * shortcut)
