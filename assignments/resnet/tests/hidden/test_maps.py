"""Feature maps: every block's, as in evaluation mode, from a model that is left as it was."""

from autograder.checks import close, criterion, draw, observed, require


@criterion("maps.values")
def test_every_block_of_any_model():
    """Three blocks at unusual places of a model in training mode: their outputs in evaluation mode, by name."""
    x = draw(2, 2, 5, 4)

    def observe(impl):
        net = impl.scaffold.odd_net(impl.BasicBlock, x)
        return impl.scaffold.maps_and_steps(impl.feature_maps, net, x)

    maps, steps = observed(observe, "float64")
    close(maps, steps, "That each map is the output of its block in evaluation mode", rtol=1e-9)


@criterion("maps.values")
def test_maps_hold_no_graph():
    """No map requires a gradient: else all the memory of the model's graph stays in use with it."""
    x = draw(2, 2, 5, 4)

    def observe(impl):
        return dict(sorted(impl.feature_maps(impl.scaffold.odd_net(impl.BasicBlock, x), x).items()))

    held = any(value.requires_grad for value in observed(observe).values())
    require(not held, "The maps still hold the graph of the model: all of its memory stays in use with them.")


@criterion("maps.untouched")
def test_the_model_is_left_as_it_was():
    """Modes, running statistics and hooks are the same before and after, also when modes are mixed."""
    x = draw(2, 2, 5, 4)

    def observe(impl):
        net = impl.scaffold.odd_net(impl.BasicBlock, x)
        return impl.scaffold.left_as_it_was(impl.feature_maps, net, x)

    same = observed(observe)
    require(same["modes"], "After feature_maps, some modules are in another mode than before.")
    require(same["hooks"], "After feature_maps, a hook is left on the model.")
    require(same["state"], "feature_maps moves the running statistics, or the weights, of the model.")
