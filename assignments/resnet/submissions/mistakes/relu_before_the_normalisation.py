"""The first ReLU comes before the first normalisation.

loses: block.values, block.gradients, digits.artifact
hint: In the drawing, what is between conv1 and bn1?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = self.bn1(F.relu(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out + shortcut)
