"""Every layer has three blocks.

loses: resnet.parameters
hint: The 18 of ResNet-18: 1 + 4 · 2 · 2 + 1.
"""


class ResNet18(ResNet18):
    def __init__(self, num_classes, stem="imagenet"):
        super().__init__(num_classes, stem)
        for number, width in enumerate((64, 128, 256, 512), start=1):
            getattr(self, f"layer{number}").append(BasicBlock(width, width))
