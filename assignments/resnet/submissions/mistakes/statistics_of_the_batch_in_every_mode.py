"""The block's normalisations always stay in training mode.

loses: block.values, maps.untouched
hint: Call block.eval() and look at block.bn1.training.
"""


class BasicBlock(BasicBlock):
    def train(self, mode=True):
        return super().train(True)
