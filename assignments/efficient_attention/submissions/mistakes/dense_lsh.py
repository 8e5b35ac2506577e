"""All N² scores are made, and masked.

loses: lsh.cost
hint: Hashing is to tell you which scores to compute. Which ones do you compute?
"""


def lsh(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    n_hashes: int,
    bucket_size: int,
    generator: torch.Generator,
    causal: bool = False,
) -> Tensor:
    """Attention under lsh_pattern with shared q = k [B,H,N,d], v [B,H,N,dv] → [B,H,N,dv].

    Raises ValueError when q and k differ.
    """
    if not torch.equal(q, k):
        raise ValueError("k is not q")
    options = {"n_hashes": n_hashes, "bucket_size": bucket_size, "causal": causal}
    return attend(q, k, v, lsh_pattern(q, generator=generator, **options))
