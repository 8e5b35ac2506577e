"""There is no ReLU between the two convolutions.

loses: block.values, block.gradients, digits.artifact
hint: Two linear maps in a row are one linear map. Count the ReLUs in the drawing.
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = self.bn1(self.conv1(x))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out + shortcut)
