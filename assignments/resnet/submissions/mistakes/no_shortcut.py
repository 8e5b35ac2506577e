"""Nothing is added: the block is a plain one.

loses: block.values, block.shortcut, block.gradients, block.depth, digits.artifact
hint: Set bn2.weight to 0. What is left of x in your output?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out)
