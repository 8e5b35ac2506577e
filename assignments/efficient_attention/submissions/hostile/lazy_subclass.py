"""What is given back is a promise: a tensor whose values are made when somebody looks at them.

loses: local.values, local.dtype, local.inputs, local.cost, local.speed, local.accuracy
"""


class _Promise(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), kwargs=None):
        kept = [getattr(x, "make", lambda x=x: x)() for x in arguments]
        return function(*kept, **(kwargs or {}))


def local(q, k, v, *, window, causal=False):
    promise = torch.zeros_like(v).as_subclass(_Promise)
    promise.make = lambda: attend(q, k, v, local_pattern(q.shape[-2], window=window, causal=causal))
    return promise


local.pattern = local_pattern
