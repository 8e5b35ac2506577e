"""The max pool has no padding.

loses: resnet.wiring
hint: From 16×16 pixels a 3×3 pool with stride 2 and padding 1 makes 8×8. What does yours make?
"""


class ResNet18(ResNet18):
    def __init__(self, num_classes, stem="imagenet"):
        super().__init__(num_classes, stem)
        if stem == "imagenet":
            self.maxpool = nn.MaxPool2d(3, stride=2)
