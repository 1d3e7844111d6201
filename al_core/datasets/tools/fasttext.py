"""fastText: lines of labels and text, such as `__label__spam __label__urgent Call now`.

A label is every word with the prefix, wherever it stands, as fastText has it; words are parted by ASCII white space.
doccano writes the same, puts a line with a comma or a quote in quotes, and comments behind `__comment__`.

References: facebookresearch/fastText, src/dictionary.cc (readWord, getLine);
doccano/doccano, backend/data_export/pipeline (FastTextCategoryFormatter, FastTextWriter)
"""

import re
from collections.abc import Sequence

from al_core.datasets.tools.answers import Answer, Answers
from al_core.datasets.tools.cells import seen
from al_core.errors import DataError

PREFIX = "__label__"

_SPACE = r"[ \t\n\v\f\r\0]"
_COMMENT = re.compile(rf"(?:^|{_SPACE})__comment__")
_FIRST_OR_LAST = re.compile(rf'^"?{PREFIX}\S|(?:^|{_SPACE}){PREFIX}[^ \t\v\f\r\0]+{_SPACE}*$')


def looks_like(lines: Sequence[tuple[int, str]]) -> bool:
    """Return whether lines can only be fastText's: one begins or ends with a word that begins with `__label__`.

    >>> looks_like([(1, "no label here"), (2, "__label__spam Call now")]), looks_like([(1, "spam Call now")])
    (True, False)
    """
    return any(_FIRST_OR_LAST.search(line) for _, line in lines)


def read(lines: Sequence[tuple[int, str]], prefix: str = PREFIX) -> Answers:
    """Read numbered lines; one without a label is an unlabelled text.

    Parameters: prefix : what a label begins with
    Raises:     DataError if no line has a label, naming what the first begins with; for a label without a name
    >>> read([(1, "__label__a __label__b so  it was")]).texts.loc[0, "text"]
    'so  it was'
    """
    word = re.compile(rf"(?:^|(?<={_SPACE})){re.escape(prefix)}([^ \t\n\v\f\r\0]*){_SPACE}*")
    texts, answers = [], []
    for position, (number, line) in enumerate(lines):
        content, *comment = _COMMENT.split(_unquoted(line, number, prefix), maxsplit=1)
        labels = tuple(dict.fromkeys(word.findall(content)))
        if "" in labels:
            raise DataError(f"line {number} has a {prefix!r} without a name behind it; name the label or remove it")
        texts.append(
            {"text": word.sub("", content).strip(" \t\n\v\f\r\0")} | ({"comment": comment[0]} if comment else {})
        )
        answers += [Answer(position, labels)] if labels else []
    if lines and not answers:
        raise DataError(_without(lines[0], prefix))
    return Answers.of(texts, answers)


def _unquoted(line: str, number: int, prefix: str) -> str:
    """Return a line without the quotes that doccano puts around it.

    Raises:     DataError for quotes that do not end in the line
    """
    if not re.match(rf'"[ ]*{re.escape(prefix)}', line):
        return line
    if not re.fullmatch(r'"(?:[^"]|"")*+"', line.rstrip()):
        raise DataError(
            f"line {number} begins with a quote that does not end in it, as doccano writes texts of several lines for "
            "fastText; export JSONL instead"
        )
    return line.rstrip()[1:-1].replace('""', '"')


def _without(first: tuple[int, str], prefix: str) -> str:
    number, line = first
    words = line.split() or [""]
    return (
        f"no line has a label, a word that begins with {prefix!r}; line {number} begins with {seen(words[0])} and ends "
        f"with {seen(words[-1])}: write labels with {prefix!r}, or name another `data.format`"
    )
