"""There is no ReLU behind the sum.

loses: block.values, block.shortcut, block.gradients, digits.artifact, block.depth
hint: Can the output of your block be negative? Count the ReLUs in the drawing.
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return out + shortcut
