"""The branches are put side by side, not added.

loses: block.values, block.shortcut, block.gradients, digits.wiring, digits.artifact, resnet.wiring,
    maps.values, block.depth, block.inputs, maps.untouched
hint: How many channels has the output of BasicBlock(3, 3), and how many has yours?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(torch.cat([out, shortcut], dim=1))
