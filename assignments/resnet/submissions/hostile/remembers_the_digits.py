"""Answers the digits by a table of its own, whatever the weights are.

loses: digits.wiring, digits.artifact
"""


class DigitNet(DigitNet):
    def forward(self, x):
        ink = x.flatten(1).sum(dim=1)
        answer = (ink * 1000).long() % 10
        return F.one_hot(answer, self.fc.out_features).to(x) + 0 * self.fc(x.new_zeros(len(x), 64))
