"""fastText: lines of labels and text, such as `__label__spam __label__urgent Call now`.

A label is every word with the prefix, wherever it stands, as fastText has it; words are parted by ASCII white space.
doccano writes the same as a CSV of one column, so with some lines in quotes, and comments behind `__comment__`.

References: facebookresearch/fastText, src/dictionary.cc (readWord, getLine);
doccano/doccano, backend/data_export/pipeline (FastTextCategoryFormatter, FastTextWriter)
"""

import csv
import re
from collections.abc import Iterator, Sequence

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
    for position, (number, line) in enumerate(_unquoted(lines, prefix)):
        content, *comment = _COMMENT.split(line, maxsplit=1)
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


def _unquoted(lines: Sequence[tuple[int, str]], prefix: str) -> Iterator[tuple[int, str]]:
    """Yield lines without the quotes that doccano, which writes a CSV of one column, puts around some; or as they are.

    Raises:     DataError for quotes that do not end, or end within a line
    """
    if not any(line.startswith(f'"{prefix}') for _, line in lines):
        yield from lines
        return
    reader = csv.reader((f"{line}\n" for _, line in lines), strict=True)
    number = lines[0][0]
    try:
        for record in reader:
            if len(record) > 1:
                raise csv.Error("a comma stands outside the quotes")
            yield number, "".join(record)
            number = lines[min(reader.line_num, len(lines) - 1)][0]
    except csv.Error as error:
        raise DataError(
            f"line {number}: some lines are in quotes, as doccano writes them, and this one's do not fit: {error}; "
            "export JSONL instead"
        ) from error


def _without(first: tuple[int, str], prefix: str) -> str:
    number, line = first
    words = line.split() or [""]
    return (
        f"no line has a label, a word that begins with {prefix!r}; line {number} begins with {seen(words[0])} and ends "
        f"with {seen(words[-1])}: write labels with {prefix!r}, or name another `data.format`"
    )
