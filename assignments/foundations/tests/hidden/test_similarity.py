"""Hidden tests of `similarity`: cosines against torch, analogies against tables made for one answer."""

import torch

from autograder.checks import (
    close,
    compare,
    criterion,
    draw,
    draw_ints,
    draw_size,
    dtype_kept,
    faster_than,
    observed,
    repeatable,
    require,
    unchanged,
)

FLOATS = ("float32", "float64")
_MARGIN = 1e-3
"""Cosines of the best and the second best row differ by more: rounding never decides."""


def cosine(a, b, axis=-1):
    """Broadcast, in float64; no zero vectors."""
    return (a * b).sum(axis) / (a * a).sum(axis).sqrt() / (b * b).sum(axis).sqrt()


def answer(a, b, c, table, exclude):
    """(row, margin): the best row, and how far its cosine is above the second best."""
    cosines = cosine(table, table[b] - table[a] + table[c])
    if exclude:
        cosines[[a, b, c]] = -torch.inf
    best, second = cosines.topk(2)[0]
    return int(cosines.argmax()), float(best - second)


def clear_questions(table, exclude, count, wanted=lambda a, b, c, row: True):
    """`count` triples (a, b, c) with a clear answer row that is `wanted`."""
    found = []
    for _ in range(400):
        a, b, c = (int(i) for i in draw_ints(len(table), 3))
        row, margin = answer(a, b, c, table, exclude)
        if len({a, b, c}) == 3 and margin > _MARGIN and wanted(a, b, c, row):
            found.append((a, b, c))
        if len(found) == count:
            break
    assert len(found) == count, "no table with so many clear questions was drawn"
    return found


def same_rows(table, triples, exclude, message, dtype="float64"):
    """Demand the answers that the cosines give."""
    rows = observed(lambda impl: [impl.analogy(*triple, table, exclude) for triple in triples], dtype)
    expected = [answer(*triple, table, exclude)[0] for triple in triples]
    require(
        [float(row) for row in rows] == expected,
        message,
        explain=lambda impl: [impl.analogy(*triple, table, exclude) for triple in triples],
    )


def obvious_table():
    """1 is to 2 as 3 is to 4, by any measure: row 4 is the target, and all others are at right angles or further off."""
    e = torch.eye(5, dtype=torch.float64) * draw_size(2, 9)
    return torch.stack([e[4], e[0], e[0] + e[1], e[0] + e[2], e[0] + e[1] + e[2], e[3]])


@criterion("similarity.cosine")
def test_cosine():
    """Pairs of vectors of 1 to 13 numbers, one pair or a batch."""
    pairs = [(draw(*shape), draw(*shape)) for shape in ((7,), (5, 3), (2, 3, 13), (4, 1))]
    compare(
        lambda impl: [impl.cosine_similarity(a, b) for a, b in pairs],
        oracle=lambda _: [cosine(a, b) for a, b in pairs],
    )


@criterion("similarity.cosine")
def test_length_does_not_matter():
    """Vectors of very different lengths: a thousandth and a thousand times as long."""
    a, b = draw(6, 4), draw(6, 4)
    lengths = torch.tensor([1e-3, 1e3, 7, 1e-4, 1e4, 0.5], dtype=torch.float64)[:, None]
    compare(
        lambda impl: [impl.cosine_similarity(a * lengths, b), impl.cosine_similarity(a * lengths, b * lengths)],
        oracle=lambda _: [cosine(a, b), cosine(a, b)],
    )


@criterion("similarity.cosine")
def test_cosine_along_axes():
    """Vectors along any axis, and pairs that broadcast."""
    a, b, rows, columns = draw(3, 5, 2), draw(3, 5, 2), draw(4, 1, 3), draw(5, 3)
    compare(
        lambda impl: [
            impl.cosine_similarity(a, b, axis=1), impl.cosine_similarity(a, b, axis=-3),
            impl.cosine_similarity(rows, columns), impl.cosine_similarity(columns, columns[2]),
        ],
        oracle=lambda _: [cosine(a, b, 1), cosine(a, b, 0), cosine(rows, columns), cosine(columns, columns[2])],
    )  # fmt: skip


@criterion("similarity.zero")
def test_zero_vectors():
    """A zero vector has cosine 0 with everything, itself included; the rows beside it keep theirs."""
    a, b = draw(5, 3), draw(5, 3)
    b[0], b[2] = b[0] - 3 * a[0], b[2] + 3 * a[2]  # a large cosine of either sign
    expected = cosine(a, b)
    a[1], b[3], a[4], b[4] = 0, 0, 0, 0
    expected[[1, 3, 4]] = 0
    compare(
        lambda impl: [impl.cosine_similarity(a, b), impl.cosine_similarity(a[1], b[1])],
        oracle=lambda _: [expected, torch.zeros((), dtype=torch.float64)],
    )


@criterion("similarity.zero")
def test_search_with_a_zero_row():
    """A row of zeros in the table is never the answer, and hides no other."""
    table = obvious_table()
    table[0] = 0
    compare(lambda impl: impl.analogy(1, 2, 3, table), oracle=lambda _: 4)


@criterion("similarity.analogy")
def test_analogies():
    """The row with the largest cosine, the three rows of the question left out."""
    for size, width in ((11, 3), (7, 5)):
        table = draw(size, width)
        same_rows(table, clear_questions(table, True, 12), True, "The answer is not the row with the largest cosine.")


@criterion("similarity.analogy")
def test_none_is_excluded():
    """With exclude=False every row may win, those of the question included."""
    table = draw(8, 3)
    own = clear_questions(table, False, 6, lambda a, b, c, row: row in (a, b, c))
    others = clear_questions(table, False, 2, lambda a, b, c, row: row not in (a, b, c))
    same_rows(table, own + others, False, "With exclude=False the answer is not the row with the largest cosine.")


@criterion("similarity.analogy")
def test_exclusion_is_the_default():
    """Without a word about it the three rows of the question are left out, each of them."""
    table = draw(8, 3)
    for place in range(1, 3):  # b or c would be nearest
        triples = clear_questions(
            table, True, 5, lambda a, b, c, row, place=place: answer(a, b, c, table, False)[0] == (a, b, c)[place]
        )
        rows = observed(lambda impl, triples=triples: [impl.analogy(*triple, table) for triple in triples], "float64")
        expected = [answer(*triple, table, True)[0] for triple in triples]
        require(
            [float(row) for row in rows] == expected,
            "The answer is one of the words that were asked with, or another one.",
        )


@criterion("similarity.analogy")
def test_a_itself_is_excluded():
    """A table in which v_a is nearest to the target: v_b − v_a + v_c = 2 v_a."""
    table = torch.tensor([[1.0, 2], [4, 1], [-1, 5], [3, 3], [-2, 1]], dtype=torch.float64)
    table = table * (1 + draw_size(0, 9) / 10)
    rows = observed(lambda impl: [impl.analogy(0, 1, 2, table), impl.analogy(0, 1, 2, table, exclude=False)], "float64")
    require(
        [float(row) for row in rows] == [3, 0],
        "Row a is not treated like b and c: the target can be nearest to it, too.",
    )


@criterion("similarity.analogy")
def test_direction_and_not_length():
    """Rows of very different lengths: the longest and the nearest are not the most similar."""
    table = draw(9, 3)
    table = table / (table * table).sum(-1, keepdim=True).sqrt() * (1 + 20 * draw_ints(1000, 9, 1) / 1000)
    same_rows(
        table, clear_questions(table, True, 15), True, "Long rows, or near ones, win over rows that point the same way."
    )


@criterion("similarity.analogy")
def test_all_cosines_negative():
    """The least dissimilar row wins where all the others point away."""
    table = torch.tensor(
        [[1.0, 0.1], [1.0, 0.3], [1.0, 0.0], [-1.0, 0.5], [-1.0, -2.0], [-1.0, 0.0]], dtype=torch.float64
    )
    table = table + draw(6, 2, scale=0.01)
    triples = [(0, 1, 2), (1, 0, 2), (2, 1, 0)]
    same_rows(table, triples, True, "Where all other cosines are negative, the answer is an excluded row.")


@criterion("similarity.analogy")
def test_repeated_words():
    """a may be b, and c may be either."""
    table = draw(7, 4)
    for exclude in (True, False):
        triples = [(a, a, c) for a in range(3) for c in range(3, 6) if answer(a, a, c, table, exclude)[1] > _MARGIN]
        same_rows(table, triples, exclude, "A question that names a word twice gets another answer.")


@criterion("similarity.stable")
def test_long_and_short_vectors():
    """Entries of 10³⁰, and all entries of 10⁻³⁰."""
    a, b = draw(6, 5), draw(6, 5)
    lengths = torch.tensor([1e30, 1e-30, 1e20, 1e-25, 1e30, 1e-30], dtype=torch.float64)[:, None]
    other = torch.tensor([1.0, 1, 1e20, 1e-25, 1e-30, 1e-30], dtype=torch.float64)[:, None]
    a[4] = -a[4].abs()  # none of the largest is positive
    compare(lambda impl: impl.cosine_similarity(a * lengths, b * other), oracle=lambda _: cosine(a, b))


@criterion("similarity.stable")
def test_search_in_long_and_short_tables():
    """An analogy is the same in a table of 10²⁵ times the length, and of 10⁻²⁵."""
    table = obvious_table()
    compare(
        lambda impl: [impl.analogy(1, 2, 3, table * factor) for factor in (1e25, 1e-25)],
        oracle=lambda _: [4, 4],
    )


@criterion("similarity.arrays")
def test_dtype():
    """float32 in, float32 out; float64 in, float64 out."""
    a, b = draw(3, 4), draw(3, 4)
    dtype_kept(lambda impl: [impl.cosine_similarity(a, b), impl.cosine_similarity(a, b, axis=0)], FLOATS)


@criterion("similarity.arrays")
def test_inputs():
    """No argument is changed; slices and transposes will do; the same each time."""
    a, b, table = draw(9, 8)[::2, ::3].T, draw(9, 8)[::2, ::3].T, draw(14, 9)[::2, ::2]

    def observe(impl, a=a, b=b, table=table):
        return [impl.cosine_similarity(a, b), impl.analogy(0, 1, 2, table), impl.analogy(3, 4, 5, table, False)]

    unchanged(observe)
    repeatable(observe)
    packed = observed(lambda impl: observe(impl, a.contiguous(), b.contiguous(), table.contiguous()))
    close(observed(observe), packed, "That slices and transposes give what packed arrays give", 1e-5)


@criterion("similarity.arrays")
def test_whole_numbers():
    """Whole numbers give what they give as fractions."""
    a, b = draw_ints(9, 4, 5) - 4, draw_ints(9, 4, 5) - 4
    a[:, 0], b[:, 0] = 5, 7

    def observe(impl, a=a, b=b):
        return impl.cosine_similarity(a, b)

    whole, fractions = (
        observed(observe, "float64"),
        observed(lambda impl: observe(impl, a.double(), b.double()), "float64"),
    )
    close(whole, fractions, "That whole numbers give what they give as fractions", 1e-5, explain=observe)


@criterion("similarity.speed")
def test_speed():
    """One search and 1000 pairs in at most 6 times the CPU time of the reference: a table of 1000 rows."""
    faster_than(
        lambda _: None,
        lambda impl, _, x: [impl.analogy(3, 1, 4, x), impl.cosine_similarity(x, x.flip(0))],
        lambda: draw(1000, 24),
        speedup=1 / 6,
    )
