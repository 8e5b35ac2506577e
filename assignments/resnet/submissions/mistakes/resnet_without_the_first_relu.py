"""There is no ReLU in the stem.

loses: resnet.wiring
hint: The second row of the table names two things.
"""


class ResNet18(ResNet18):
    def forward(self, x):
        x = self.maxpool(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))
