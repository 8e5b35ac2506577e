"""ReLU works in place on the shortcut's tensor.

loses: block.gradients, block.depth, block.inputs
hint: Where the shortcut is the identity, it is x. What does the caller find in x afterwards?
"""


class BasicBlock(BasicBlock):
    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        y = F.relu(out + shortcut)
        with torch.no_grad():
            shortcut.relu_()
        return y
