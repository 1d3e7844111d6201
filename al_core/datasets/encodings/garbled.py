"""Whether a file that is said to be in an encoding is UTF-8, and would be read as garbage."""

import re
from collections.abc import Mapping

from al_core.datasets.encodings.candidates import LANGUAGES
from al_core.datasets.encodings.common_words import strangeness
from al_core.datasets.encodings.letters import likeness
from al_core.plain import visible

_ODD = re.compile("[^\0-\x7f]+")
_SHOWN = 8


def garbled(words: Mapping[bytes, bytes], named: str) -> tuple[str, str] | None:
    """Return something as it is in UTF-8 and in the encoding named, if the former is likelier; else nothing.

    Parameters: words : words beyond ASCII, which are UTF-8, and the line of each
                named : an encoding that fits them as well
    >>> garbled({"café".encode(): "the café".encode()}, "cp1252")
    ('é', 'Ã©')
    >>> garbled({"раб".encode("cp866"): "это раб".encode("cp866")}, "cp866")
    """
    costs = [strangeness(line, LANGUAGES) for line in words.values()]
    ours, theirs = ([word.decode(encoding, "ignore") for word in words] for encoding in ("utf-8", named))
    if not words or likeness(theirs, LANGUAGES, costs) > likeness(ours, LANGUAGES, costs):
        return None
    odd = min((found[0][:_SHOWN] for found in map(_ODD.search, ours) if found), key=len)
    return visible(odd), visible(odd.encode().decode(named, "replace"))
