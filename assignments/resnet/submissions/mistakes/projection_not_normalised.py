"""The projection's normalisation is there, and is never called.

loses: block.values, block.shortcut, block.gradients
hint: downsample.1 exists. Does its running mean move when the block is used?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample[0](x)
        return F.relu(out + shortcut)
