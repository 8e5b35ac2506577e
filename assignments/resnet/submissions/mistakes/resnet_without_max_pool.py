"""The ImageNet stem has no max pool.

loses: resnet.wiring
hint: 32×32 pixels are 8×8 behind the ImageNet stem. How large are yours?
"""


class ResNet18(ResNet18):
    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))
