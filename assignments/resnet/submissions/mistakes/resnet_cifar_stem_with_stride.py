"""The CIFAR stem has stride 2.

loses: resnet.wiring
hint: The CIFAR stem leaves 32×32 pixels as they are.
"""


class ResNet18(ResNet18):
    def __init__(self, num_classes, stem="imagenet"):
        super().__init__(num_classes, stem)
        if stem == "cifar":
            self.conv1.stride = (2, 2)
