"""conv1 of the network keeps the weights that nn.Conv2d gives it.

loses: resnet.parameters
hint: Print ResNet18(2, stem="cifar").conv1.weight.std(). Which variance does the notebook ask of it?
"""


class ResNet18(ResNet18):
    def __init__(self, num_classes, stem="imagenet"):
        super().__init__(num_classes, stem)
        self.conv1.reset_parameters()
