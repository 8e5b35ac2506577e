"""Keys and values are attributes of the class.

loses: cache.values
hint: Make two caches and feed one. Is the other still empty?
"""


class KVCache:
    keys, values = [], []

    def attend(self, q, k, v):
        self.keys.append(k)
        self.values.append(v)
        return full(q, torch.cat(self.keys, dim=2), torch.cat(self.values, dim=2), causal=True)
