"""The branches are averaged.

loses: block.values, block.shortcut, block.gradients, digits.artifact, block.depth
hint: ReLU(x + F(x)) has no ½. After twenty silent blocks, what is left of x in your network?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu((out + shortcut) / 2)
