"""forward ends in a softmax.

loses: digits.wiring
hint: Logits are asked for; the loss has a log-softmax of its own. What is the sum of your outputs?
"""


class DigitNet(DigitNet):
    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean(dim=(2, 3))).softmax(dim=1)
