"""conv2 is conv1 where the shapes allow it.

loses: block.values, block.gradients, digits.artifact
hint: How many parameters has BasicBlock(64, 64)? How many has yours when equal tensors are counted once?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2((self.conv1 if self.downsample is None else self.conv2)(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out + shortcut)
