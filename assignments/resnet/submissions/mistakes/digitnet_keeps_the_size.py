"""The layers have no stride.

loses: digits.wiring, digits.artifact
hint: What size has the image behind layer3, by the table?
"""


class DigitNet(DigitNet):
    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        for layer in (self.layer2, self.layer3):
            layer[0].conv1.stride = layer[0].downsample[0].stride = (1, 1)
