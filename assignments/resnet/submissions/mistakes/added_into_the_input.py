"""F(x) is added into x itself.

loses: block.gradients, block.depth, block.inputs
hint: x += F(x) writes into the tensor that you were given, and the layer before still needs it. Which tensor
    may you write into?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        with torch.no_grad():
            if self.downsample is None:
                kept = x.clone()
                x.add_(out)
                shortcut = kept
        return F.relu(out + shortcut)
