"""Public tests of `field`: stacks that can be worked out on paper."""


def test_on_paper(impl):
    """The worked example, a single layer, and no layer."""
    assert impl.receptive_field([(3, 1), (3, 2), (3, 1)]) == 9
    assert impl.receptive_field([(5, 1)]) == 5
    assert impl.receptive_field([]) == 1
