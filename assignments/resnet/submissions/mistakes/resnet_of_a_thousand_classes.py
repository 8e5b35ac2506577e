"""num_classes is ignored.

loses: resnet.parameters, resnet.wiring
hint: ResNet18(10) gives ten logits.
"""


class ResNet18(ResNet18):
    def __init__(self, num_classes, stem="imagenet"):
        super().__init__(1000, stem)
