"""ReLU comes before the sum.

loses: block.values, block.shortcut, block.gradients, block.depth
hint: In the drawing, what does the arrow from (+) lead to? With bn2.weight = 0, what does a negative x become
    in your block?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(out) + shortcut
