"""New positions that come together all see each other.

loses: cache.values
hint: Three positions at once: may the first see the third?
"""


class KVCache:
    """Keys and values of all positions so far."""

    def __init__(self) -> None:
        self.length = 0
        self.keys: Tensor | None = None  # room for more than `length` positions: it doubles when it is full
        self.values: Tensor | None = None

    def attend(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Append k [B,H,n,d] and v [B,H,n,dv]; causal attention of q [B,H,n,d] to all so far: [B,H,n,dv]."""
        end = self.length + k.shape[-2]
        self.keys = self._with_room(self.keys, k, end)
        self.values = self._with_room(self.values, v, end)
        self.keys[:, :, self.length : end] = k
        self.values[:, :, self.length : end] = v
        self.length = end
        i = torch.arange(end - q.shape[-2], end, device=q.device)[:, None]
        seen = torch.arange(end, device=q.device) < end + 0 * i
        return attend(q, self.keys[:, :, :end], self.values[:, :, :end], seen)

    @staticmethod
    def _with_room(store: Tensor | None, new: Tensor, length: int) -> Tensor:
        if store is not None and store.shape[2] >= length:
            return store
        larger = new.new_zeros(*new.shape[:2], 2 * length, new.shape[-1])
        if store is not None:
            larger[:, :, : store.shape[2]] = store
        return larger
