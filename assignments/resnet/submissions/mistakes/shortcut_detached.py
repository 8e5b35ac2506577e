"""The shortcut is taken out of the graph.

loses: block.gradients, block.depth
hint: The values are right, and with bn2.weight = 0 no gradient reaches x. By which of the two ways should it
    come?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out + shortcut.detach())
