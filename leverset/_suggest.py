"""What a caller may have meant: names without what nobody sees in them, and the nearest known name or value."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache

# Patterns are texts, which `re` compiles when they are first needed, and keeps: nearly every name is plain.
# Nothing to see, and in no category of controls, formats and separators: fillers, joiners, the blank of Braille.
_FILLERS = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
# Dashes that Unicode counts among signs and letters, not among dashes.
_DASHES = "[\u02d7\u2043\u207b\u208b\u2212\u23af\u2500\u2501\u2796]"
_OTHER_FORMS = "[\uff01-\uff5e\U0001d400-\U0001d7ff]"
# Letters of Cyrillic and Greek that look like those of the keyboard.
_LOOK_ALIKES = (
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0500\u050c\u051a\u051c"
    "\u0430\u0435\u0455\u0456\u0458\u043e\u0440\u0441\u0443\u0445\u04bb\u0501\u051b\u051d"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03f2"
)
_UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
_QUOTES = "=\"'`\u00ab\u00bb\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u2039\u203a"
_THOUSANDS = r"_|,[0-9]{3}(?![0-9])|,.*,"
_NEAR = 0.82
"""How alike two names have to be: 1.0 is equal. `cros` is near `cross`, `longLeverage` is not near `leverage`."""


def plain_name(text: str) -> str:
    """Return a name as it would be typed.

    Every dash becomes the hyphen, full-width and mathematical letters become usual ones, blanks around the name and
    around its hyphens and all that nobody sees are left out.
    """
    if text.isascii():
        if text.isprintable() and " " not in text:
            return text
    else:
        text = re.sub(_FILLERS, "", re.sub(_DASHES, "-", text))
        text = re.sub(_OTHER_FORMS, lambda found: unicodedata.normalize("NFKC", found[0]), text)
        text = "".join("-" if unicodedata.category(each) == "Pd" else each for each in text)
    seen = "".join(each for each in text.strip() if each.isspace() or unicodedata.category(each) not in _UNSEEN)
    return re.sub(r"\s*-\s*", "-", seen.strip())


def looks_typed(text: str) -> bool:
    """Whether a word in a text has letters of another script in it, and looks as if it had none."""
    words = re.findall(r"[^\W\d_]+", text)
    return any(not word.isascii() and not word.strip(string.ascii_letters + _LOOK_ALIKES) for word in words)


@lru_cache(maxsize=1024)
def as_typed(text: str) -> str:
    """Return a plain name without any blank; kept for a while, for the fields of many requests have few values."""
    return "".join(plain_name(text).split())


def unquoted(name: str) -> str:
    """Return a plain name without quotation marks around it, and the equals sign that spreadsheets put before them."""
    return name.strip(_QUOTES)


def plain_decimal(text: str) -> Decimal | None:
    """Return the number that a text which is no fixed-point decimal may mean, such as `5x`, `2,5` or `.5`."""
    if re.search(_THOUSANDS, text):
        return None
    try:
        return Decimal(text.replace(",", ".").rstrip("xX\u00d7 "))
    except InvalidOperation:
        return None


def nearest(given: object, known: Iterable[str], also: Mapping[str, str] | None = None) -> str | None:
    """Return which known name was meant; None where none is near.

    Args:
        given: What the caller wrote; None is returned for what is no text.
        known: The names that exist.
        also: Other names, each with the known one that it stands for.

    Returns:
        The known name that is the same but for capitals and separators, or differs in few letters: in one of five or
        more of them, or less than `_NEAR` says.
    """
    if not isinstance(given, str):
        return None
    names = {letters(name): name for name in known}
    names = {**{letters(name): meant for name, meant in (also or {}).items()}, **names}
    wanted = letters(given)
    close = get_close_matches(wanted, names, 1, _NEAR) or [
        name for name in names if len(name) == len(wanted) > 4 and sum(map(str.__ne__, name, wanted)) == 1
    ]
    return names[close[0]] if close else None


def slips(given: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known names that one slip makes the given one of.

    A slip is one letter more, one less, another one, or two that changed places; capitals and separators do not count.
    Long names that share most of their letters, as instruments do, are not near to each other for that.
    """
    wanted = letters(given)
    found = [(rank, name) for name in known if (rank := _slip(wanted, letters(name))) is not None]
    same = tuple(name for rank, name in found if rank == 0)
    return same or tuple(name for _, name in sorted(found, key=lambda each: each[0]))


def _slip(one: str, other: str) -> int | None:
    """How likely one name is the other with a slip, 0 for the same one; None where it is not."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    first, second = one[start:], other[start:]
    if first == second:
        return 0
    if first[2:] == second[2:] and first[:2] == second[1::-1]:
        return 1
    return 2 if first[1:] in (second, second[1:]) or first == second[1:] else None


def letters(name: str) -> str:
    """Return the letters and digits of a name, in small letters: what names that differ in nothing else share."""
    return "".join(each for each in plain_name(name).casefold() if each.isalnum())
