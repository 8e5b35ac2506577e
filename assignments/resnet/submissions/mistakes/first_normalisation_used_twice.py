"""bn1 normalises both convolutions; bn2 is there and never used.

loses: block.values, block.shortcut, block.gradients, digits.artifact, block.depth
hint: Which of your parameters get no gradient?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn1(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out + shortcut)
