"""The encoder runs for every symbol.

loses: decoding.memory
hint: Does the memory change while the target is written?
"""


@torch.no_grad()
def greedy_decode(model: Transformer, src: Tensor, max_len: int, bos: int, eos: int, use_cache: bool = True) -> Tensor:
    memory, mask = model.encode(src)
    caches = [{} for _ in model.decoder] if use_cache else None
    written = src.new_full((len(src), 1), bos)
    ended = torch.zeros(len(src), dtype=torch.bool, device=src.device)
    for _ in range(max_len):
        memory, mask = model.encode(src)
        logits = model.decode(written[:, -1:] if use_cache else written, memory, mask, caches)
        following = logits[:, -1].argmax(dim=-1).masked_fill(ended, 0)
        written = torch.cat([written, following[:, None]], dim=1)
        ended = ended | (following == eos)
        if ended.all():
            break
    return written[:, 1:]
