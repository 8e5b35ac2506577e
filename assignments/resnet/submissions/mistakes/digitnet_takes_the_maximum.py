"""The largest number of every channel is taken, not the mean.

loses: digits.wiring
hint: Global *average* pooling: what does the table say before fc?
"""


class DigitNet(DigitNet):
    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.amax(dim=(2, 3)))
