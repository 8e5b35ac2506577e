"""With the cache each symbol sees itself alone.

loses: decoding.cache, decoding.memory
hint: What does the new query meet: all keys so far, or its own? Who keeps them?
"""


@torch.no_grad()
def greedy_decode(model: Transformer, src: Tensor, max_len: int, bos: int, eos: int, use_cache: bool = True) -> Tensor:
    memory, mask = model.encode(src)
    caches = [{} for _ in model.decoder] if use_cache else None
    written = src.new_full((len(src), 1), bos)
    ended = torch.zeros(len(src), dtype=torch.bool, device=src.device)
    for _ in range(max_len):
        if use_cache:
            start = written.shape[1] - 1
            x = model.embed(model.tgt_embedding, written[:, -1:], start)
            for layer in model.decoder:
                x = layer(x, memory, mask)
            logits = model.output(model.decoder_norm(x))
        else:
            logits = model.decode(written, memory, mask)
        following = logits[:, -1].argmax(dim=-1).masked_fill(ended, 0)
        written = torch.cat([written, following[:, None]], dim=1)
        ended = ended | (following == eos)
        if ended.all():
            break
    return written[:, 1:]
