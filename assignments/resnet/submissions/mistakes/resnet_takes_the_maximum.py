"""The largest number of every channel is taken, not the mean.

loses: resnet.wiring
hint: Global *average* pooling: what does the table say before fc?
"""


class ResNet18(ResNet18):
    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.amax(dim=(2, 3)))
