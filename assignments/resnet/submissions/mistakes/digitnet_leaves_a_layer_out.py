"""layer1 is built and never called.

loses: digits.wiring, digits.artifact
hint: Which of your parameters get no gradient?
"""


class DigitNet(DigitNet):
    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(x))
        return self.fc(x.mean(dim=(2, 3)))
