"""There is no ReLU behind the first normalisation.

loses: digits.wiring, digits.artifact
hint: The second row of the table names two things.
"""


class DigitNet(DigitNet):
    def forward(self, x):
        x = self.bn1(self.conv1(x))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean(dim=(2, 3)))
