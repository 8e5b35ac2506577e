"""The layers have no stride.

loses: resnet.wiring
hint: Behind layer2 an image is half as high as behind layer1.
"""


class ResNet18(ResNet18):
    def __init__(self, num_classes, stem="imagenet"):
        super().__init__(num_classes, stem)
        for layer in (self.layer2, self.layer3, self.layer4):
            layer[0].conv1.stride = layer[0].downsample[0].stride = (1, 1)
