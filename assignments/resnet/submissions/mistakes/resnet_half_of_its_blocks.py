"""Only the first block of every layer is called.

loses: resnet.wiring
hint: Count the blocks that an image passes: eight.
"""


class ResNet18(ResNet18):
    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4[0](self.layer3[0](self.layer2[0](self.layer1[0](x))))
        return self.fc(x.mean(dim=(2, 3)))
