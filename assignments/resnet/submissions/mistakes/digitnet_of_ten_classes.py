"""num_classes is ignored.

loses: digits.wiring
hint: DigitNet(3) gives three logits.
"""


class DigitNet(DigitNet):
    def __init__(self, num_classes=10):
        super().__init__(10)
