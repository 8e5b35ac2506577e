"""F(x) is computed without a graph.

loses: block.gradients
hint: Which parameters of your block get a gradient?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        with torch.no_grad():
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out + shortcut)
