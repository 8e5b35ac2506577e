"""The stem is always ImageNet's.

loses: resnet.parameters, resnet.wiring
hint: ResNet18(10, stem="cifar") has 11,173,962 parameters. How many has yours?
"""


class ResNet18(ResNet18):
    def __init__(self, num_classes, stem="imagenet"):
        super().__init__(num_classes, "imagenet")
