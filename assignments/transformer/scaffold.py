"""Given code for the assignment `transformer`: dates in words, ids, weight files, the training loop, measuring tools.

You need not change anything here. The same file stands beside your notebook when it is graded.
Axes: B batch, L length, H heads, V symbols of a vocabulary. Id 0 is padding in both vocabularies.
"""

from __future__ import annotations

import datetime
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

PAD, BOS, EOS = 0, 1, 2
DIGITS = "0123456789-"  # the target "2026-03-14" is the ids of its ten symbols and EOS
TARGET_VOCABULARY = ["<pad>", "<bos>", "<eos>", *DIGITS]  # V = 14


def _words(text: str) -> list[str]:
    return text.split()


ONES = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = _words("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
ORDINALS = _words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
MONTHS = _words("january february march april may june july august september october november december")
WEEKDAYS = _words("monday tuesday wednesday thursday friday saturday sunday")

UNS = _words("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize")
DIZAINES = _words("zéro dix vingt trente quarante cinquante soixante")
MOIS = _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
JOURS = _words("lundi mardi mercredi jeudi vendredi samedi dimanche")
OTHERS = _words("thirtieth the of on day in year hundred thousand and oh le premier mille cent et")

_ALL = {*ONES, *TENS, *ORDINALS, *MONTHS, *WEEKDAYS, *UNS, *DIZAINES, *MOIS, *JOURS, *OTHERS}
SOURCE_VOCABULARY = ["<pad>", *sorted(_ALL)]  # id = position
_ID = {word: position for position, word in enumerate(SOURCE_VOCABULARY)}
_DIGIT = {symbol: position for position, symbol in enumerate(TARGET_VOCABULARY)}

STYLES = 6


def below_hundred(n: int) -> str:
    """1 … 99 in English words: "eighty four"."""
    if n < 20:
        return ONES[n]
    return TENS[n // 10] + (f" {ONES[n % 10]}" if n % 10 else "")


def ordinal(n: int) -> str:
    """1 … 31: "twenty third"."""
    if n <= 20:
        return ORDINALS[n - 1]
    return "thirtieth" if n == 30 else f"{TENS[n // 10]} {ORDINALS[n % 10 - 1]}"


def english_year(year: int) -> str:
    """1900 … 2099: "nineteen oh five", "two thousand and five", "twenty fifteen"."""
    century, rest = divmod(year, 100)
    if century == 20 and rest < 10:
        return "two thousand" + (f" and {ONES[rest]}" if rest else "")
    end = "hundred" if rest == 0 else f"oh {ONES[rest]}" if rest < 10 else below_hundred(rest)
    return f"{below_hundred(century)} {end}"


def cent_au_plus(n: int) -> str:
    """1 … 99 in French words, the hyphens as spaces: "quatre vingt quatre"."""
    tens, ones = divmod(n, 10)
    if n < 17:
        return UNS[n]
    if tens in (7, 9):  # sixty-ten, four-twenty-ten
        base, ones = ("soixante", ones + 10) if tens == 7 else ("quatre vingt", ones + 10)
        link = " et " if (tens, ones) == (7, 11) else " "
        return base + link + cent_au_plus(ones)
    if tens == 8:
        return "quatre vingt" + (f" {UNS[ones]}" if ones else "")
    if tens == 1:
        return f"dix {UNS[ones]}"
    return DIZAINES[tens] + ("" if ones == 0 else " et un" if ones == 1 else f" {UNS[ones]}")


def french_year(year: int) -> str:
    """1900 … 2099: "mille neuf cent quatre vingt quatre", "deux mille cinq"."""
    start, rest = ("mille neuf cent", year - 1900) if year < 2000 else ("deux mille", year - 2000)
    return start + (f" {cent_au_plus(rest)}" if rest else "")


def in_words(date: datetime.date, style: int) -> str:
    """A date of the years 1900 … 2099 in words, lower case, without hyphens; style 0 … 5 (4 and 5 are French)."""
    day, month, year = ordinal(date.day), MONTHS[date.month - 1], english_year(date.year)
    jour = "premier" if date.day == 1 else cent_au_plus(date.day)
    mois, annee = MOIS[date.month - 1], french_year(date.year)
    return (
        f"the {day} of {month} {year}",
        f"{month} the {day} {year}",
        f"{WEEKDAYS[date.weekday()]} {month} {day} {year}",
        f"on the {day} day of {month} in the year {year}",
        f"le {jour} {mois} {annee}",
        f"{JOURS[date.weekday()]} {jour} {mois} {annee}",
    )[style]


def encode_words(texts: Sequence[str]) -> Tensor:
    """Texts → ids [B,L], padded with 0 at the end; raises ValueError for a word outside the vocabulary."""
    unknown = sorted({word for text in texts for word in text.split()} - set(_ID))
    if unknown:
        raise ValueError(f"these words are not in the vocabulary: {unknown}")
    rows = [torch.tensor([_ID[word] for word in text.split()]) for text in texts]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


def encode_dates(dates: Sequence[datetime.date]) -> Tensor:
    """Dates → ids [B,11] of "YYYY-MM-DD" and EOS."""
    return torch.tensor([[_DIGIT[symbol] for symbol in date.isoformat()] + [EOS] for date in dates])


def decode_digits(ids: Tensor) -> str:
    """ids [L] → text, up to the first EOS or padding."""
    symbols = []
    for i in ids.tolist():
        if i in (PAD, EOS):
            break
        symbols.append(TARGET_VOCABULARY[i])
    return "".join(symbols)


FIRST, LAST = datetime.date(1900, 1, 1).toordinal(), datetime.date(2099, 12, 31).toordinal()


def is_held_out(date: datetime.date) -> bool:
    """One date in eight, spread over all years, is never trained on."""
    return (date.toordinal() * 2654435761) % 2**32 >> 29 == 0


def draw_dates(count: int, generator: torch.Generator, *, held_out: bool = False) -> list[datetime.date]:
    """`count` dates of 1900 … 2099, uniform over those that are held out, or those that are not."""
    dates: list[datetime.date] = []
    while len(dates) < count:
        day = int(torch.randint(FIRST, LAST + 1, (), generator=generator))
        date = datetime.date.fromordinal(day)
        if is_held_out(date) == held_out:
            dates.append(date)
    return dates


def draw_pairs(count: int, generator: torch.Generator, *, held_out: bool = False) -> tuple[Tensor, Tensor]:
    """`count` dates in words of mixed styles and what they are in digits: ids [B,Ls] and [B,11]."""
    dates = draw_dates(count, generator, held_out=held_out)
    styles = torch.randint(STYLES, (count,), generator=generator).tolist()
    words = [in_words(date, style) for date, style in zip(dates, styles, strict=True)]
    return encode_words(words), encode_dates(dates)


def shifted(target: Tensor) -> Tensor:
    """What the decoder reads while it is taught: BOS and all of target [B,L] but the last."""
    return torch.cat([target.new_full((len(target), 1), BOS), target[:, :-1]], dim=1)


def train(
    model: nn.Module,
    *,
    steps: int,
    batch: int = 64,
    rate: float = 3e-3,
    warm_up: int = 100,
    seed: int = 0,
    seconds: float = math.inf,
) -> list[float]:
    """Train with Adam on dates that are not held out; stops after `seconds`. Returns the loss of every step.

    The rate rises over `warm_up` steps and falls along half a cosine to a hundredth. Gradients longer than 1 are cut.
    """
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate, betas=(0.9, 0.98))
    start, losses = time.perf_counter(), []
    for step in range(steps):
        done = max(step / steps, (time.perf_counter() - start) / seconds)
        if done >= 1:
            break
        now = rate * min(1.0, (step + 1) / warm_up) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = now
        source, target = draw_pairs(batch, generator)
        logits = model(source, shifted(target))
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten())
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    return losses


def exact_match(
    model: nn.Module, greedy_decode: Callable[..., Tensor], *, count: int = 500, seed: int = 1
) -> tuple[float, list[tuple[str, str, str]]]:
    """Share of `count` held-out dates that are translated without any error; and the errors: words, right, written."""
    source, target = draw_pairs(count, torch.Generator().manual_seed(seed), held_out=True)
    written = greedy_decode(model, source, target.shape[1], BOS, EOS)
    wrong = []
    for row, wanted, got in zip(source, target, written, strict=True):
        if decode_digits(wanted) != decode_digits(got):
            words = " ".join(SOURCE_VOCABULARY[i] for i in row.tolist() if i != PAD)
            wrong.append((words, decode_digits(wanted), decode_digits(got)))
    return 1 - len(wrong) / count, wrong


def save_weights(
    model: nn.Module, path: str | Path, *, d_model: int, heads: int, layers: int, d_ff: int, norm: str
) -> None:
    """Write the weights of Transformer(V_source, 14, d_model, …) to a .safetensors file that can be handed in."""
    from safetensors.torch import save_file

    weights = {name: value.detach().cpu().clone().contiguous() for name, value in model.state_dict().items()}
    sizes = {"d_model": str(d_model), "heads": str(heads), "layers": str(layers), "d_ff": str(d_ff), "norm": norm}
    save_file(weights, str(path), metadata=sizes)


def load_weights(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The weights in a file of save_weights, and the sizes as keyword arguments of Transformer."""
    from safetensors import safe_open

    with safe_open(str(path), framework="pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        sizes: dict[str, Any] = dict(file.metadata())
    return weights, {name: value if name == "norm" else int(value) for name, value in sizes.items()}


def with_strided_inputs(function: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
    """`function` on the same numbers in tensors that do not lie packed in memory."""

    def spread(value: Any) -> Any:
        """Every second element of each axis of a tensor that is twice as long."""
        if not isinstance(value, Tensor):
            return value
        for axis in range(value.dim()):
            value = value.repeat_interleave(2, dim=axis)
        return value[(slice(None, None, 2),) * value.dim()]

    return function(*(spread(value) for value in inputs), **{name: spread(value) for name, value in options.items()})


def lively_model(Transformer: type[nn.Module], *sizes: Any, scale: float = 2.5, seed: int = 0) -> nn.Module:
    """Transformer(*sizes) with all matrices `scale` times larger than at first, so that what it writes varies.

    Initialised under a seed of its own; the global generator is as it was afterwards.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Transformer(*sizes)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter *= scale
    return model
