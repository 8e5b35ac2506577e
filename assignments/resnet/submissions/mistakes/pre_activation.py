"""Normalisation and ReLU come before the convolutions.

loses: block.values, block.shortcut, block.gradients, block.depth
hint: That is the block of a later paper (He et al. 2016). Here every convolution is followed by its
    normalisation.
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = self.bn1(self.conv1(F.relu(x)))
        out = self.bn2(self.conv2(F.relu(out)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return out + shortcut
