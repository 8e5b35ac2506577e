"""bn1 is built and never called.

loses: resnet.wiring
hint: Which of your parameters get no gradient?
"""


class ResNet18(ResNet18):
    def forward(self, x):
        x = self.maxpool(F.relu(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))
