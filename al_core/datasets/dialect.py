"""The dialect of a CSV or TSV: what stands between its fields, and what its quotes mean."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal, get_args

csv.field_size_limit(2**31 - 1)

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
Quotes = Literal["enclose", "escaped", "apostrophes", "plain"]
_SAID = {
    "enclose": "",
    "escaped": "backslashes before quotes within fields",
    "apostrophes": "fields enclosed in apostrophes",
    "plain": "quotes as plain characters",
}
SAMPLE = 4 * 2**20
"""Characters from a file's beginning by which its dialect is told."""


@dataclass(frozen=True)
class Dialect:
    """How the lines of a file come apart.

    Parameters: quotes : `enclose` fields, doubled within them; `escaped` by a backslash within them; `plain` characters
                certain : whether a row that does not keep to it is refused, as the dialect was found out and not named
                declared : whether a first line such as `sep=;` says the delimiter, which is then no row
    """

    delimiter: str
    quotes: Quotes = "enclose"
    certain: bool = True
    declared: bool = False

    def __str__(self) -> str:
        enclosed = "fields enclosed in quotes" if (self.delimiter, self.quotes) == ("\t", "enclose") else ""
        said = [f"{_NAMES.get(self.delimiter, repr(self.delimiter))} between fields", enclosed or _SAID[self.quotes]]
        return ", ".join(filter(None, said))

    def reader(self, lines: Iterable[str]) -> Any:
        """Return Python's reader of such lines."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_NONE if self.quotes == "plain" else csv.QUOTE_MINIMAL,
            quotechar="'" if self.quotes == "apostrophes" else '"',
            doublequote=self.quotes != "escaped",
            escapechar="\\" if self.quotes == "escaped" else None,
            strict=self.certain,
        )


@dataclass(frozen=True)
class _Trial:
    """A beginning of a file, taken apart in one way.

    Parameters: rows : those that came out
                broken : whether they came to an end at something that this dialect does not have
                at_the_end : whether that was in the last row, which may be cut off
    """

    dialect: Dialect
    rows: list[list[str]]
    broken: bool = False
    at_the_end: bool = False

    @property
    def is_regular(self) -> bool:
        """Whether all rows have as many fields as the first, and at least two."""
        width = len(self.rows[0]) if self.rows else 0
        return not self.broken and width > 1 and all(len(row) == width for row in self.rows)

    @property
    def has_the_header(self) -> bool:
        """Whether the first row comes apart, and no row has more fields than it."""
        width = len(self.rows[0]) if self.rows else 0
        return width > 1 and not self.broken and max(map(len, self.rows)) <= width


def dialect_of(
    lines: Iterable[str], whole: bool, usual: str, delimiter: str | None = None, quotes: str | None = None
) -> Dialect:
    r"""Tell a dialect from the lines that a file begins with, line ends included.

    Parameters: whole : whether there are no more lines
                usual : the delimiter of the file's format
                delimiter, quotes : as the user names them, if so
    Raises:     ValueError if several delimiters fit
    >>> str(dialect_of(["text;label\n", "well, yes;a\n"], whole=True, usual=","))
    'semicolons between fields'
    >>> str(dialect_of(["text,label\n", '5" pipe,a\n', '"so he,b\n', "yes,a\n"], whole=True, usual=","))
    'commas between fields, quotes as plain characters'
    """
    sample = list(lines)
    if not any(map(str.strip, sample)):
        raise ValueError("it is empty: nothing but spaces is in it")
    declared = _declared(sample[0]) if sample else None
    rows = sample[1:] if declared else sample
    between = delimiter or declared or _delimiter(rows, whole, usual, quotes)
    found = Dialect(between, declared=declared is not None)
    if quotes:
        return replace(found, quotes="enclose" if quotes == "enclose" else "plain", certain=False)
    return replace(found, quotes=_quotes(rows, whole, between))


def _declared(line: str) -> str | None:
    r"""Return the delimiter that Excel's first line says.

    >>> _declared('"sep=;"'), _declared("sep=\t\n"), _declared("separator,label")
    (';', '\t', None)
    """
    said = line.strip("\r\n").strip('"')
    return said[4] if len(said) == 5 and said.lower().startswith("sep=") else None


def _delimiter(rows: list[str], whole: bool, usual: str, quotes: str | None) -> str:
    """Return the delimiter that takes the header and all rows apart; the usual one if none does.

    Raises:     ValueError if several do, and the usual one is none of them
    """
    kinds: tuple[Quotes, ...] = ("plain",) if quotes == "plain" else get_args(Quotes)
    trials = {one: [_trial(rows, whole, Dialect(one, kind)) for kind in kinds] for one in DELIMITERS}
    regular = [one for one, several in trials.items() if any(trial.is_regular for trial in several)]
    nearly = [one for one, several in trials.items() if any(trial.has_the_header for trial in several)]
    fit = regular or nearly
    if usual in fit or not fit:
        return usual
    if len(fit) > 1:
        named = " or ".join(_NAMES[one] for one in fit)
        raise ValueError(
            f"its rows can be taken apart at {named}: say which it is with `data.delimiter`. The first line is "
            f"{rows[0].strip()[:60]!r}"
        )
    return fit[0]


def _quotes(rows: list[str], whole: bool, delimiter: str) -> Quotes:
    """Return what quotes mean: what they usually do, unless the rows tell otherwise."""
    kinds: tuple[Quotes, ...] = get_args(Quotes)
    enclose, escaped, apostrophes, plain = (_trial(rows, whole, Dialect(delimiter, kind)) for kind in kinds)
    if _is_plain(enclose, plain, delimiter):
        return "plain"
    if apostrophes.is_regular and _all_enclosed(plain.rows[0], "'"):
        return "apostrophes"
    if not enclose.is_regular and escaped.is_regular and any('\\"' in line for line in rows):
        return "escaped"
    return "enclose"


def _is_plain(enclose: _Trial, plain: _Trial, delimiter: str) -> bool:
    """Return whether quotes enclose nothing here; of a TSV that is assumed, unless some can only enclose."""
    if delimiter == "\t" and plain.is_regular:
        return not _surely_enclosed(plain.rows)
    return enclose.broken and plain.is_regular and not _enclosed(plain.rows, '"') and not enclose.at_the_end


def _all_enclosed(header: list[str], quote: str) -> bool:
    return all(len(cell) > 1 and cell[0] == cell[-1] == quote for cell in header)


def _enclosed(rows: list[list[str]], quote: str) -> bool:
    return any(len(cell) > 1 and cell[0] == cell[-1] == quote for row in rows for cell in row)


def _surely_enclosed(rows: list[list[str]]) -> bool:
    """Return whether a cell is enclosed and has quotes within, all of them doubled, and none is open."""
    quoted = [cell for row in rows for cell in row if cell.startswith('"')]
    inside = [cell[1:-1] for cell in quoted if len(cell) > 1 and cell.endswith('"')]
    doubled = [text for text in inside if '""' in text]
    single = any('"' in text.replace('""', "") for text in inside)
    return len(inside) == len(quoted) and bool(doubled) and not single


def _trial(rows: list[str], whole: bool, dialect: Dialect) -> _Trial:
    """Take rows apart as far as they go; the last one may be cut off where they are not the whole file."""
    done: list[list[str]] = []
    reader, last = dialect.reader(rows), 0
    try:
        for row in reader:
            last = reader.line_num
            done += [row] if row else []
    except csv.Error:
        open_at_the_end = reader.line_num == len(rows)
        if open_at_the_end and not whole:
            return _Trial(dialect, done)
        return _Trial(dialect, done, broken=True, at_the_end=last == len(rows) - 1)
    return _Trial(dialect, done if whole else done[:-1] or done)


@dataclass(frozen=True)
class Batch:
    """Rows that follow one another; those without any field are blank lines.

    Parameters: start : the first line
                lines : how many there are
    """

    start: int
    lines: int
    rows: list[list[str]]

    def numbered(self) -> Iterator[tuple[int, int, list[str]]]:
        """Yield each row with its first and last line."""
        first = self.start
        for row in self.rows:
            last = first + sum(len(_BREAK.findall(cell)) for cell in row)
            yield first, last, row
            first = last + 1

    def without_the_first(self) -> "Batch":
        """Return the batch without its first row, a table's header, and blank lines before it."""
        rows = list(self.numbered())
        place = next((number for number, (_, _, row) in enumerate(rows) if row), len(rows) - 1)
        ended = rows[place][1]
        return Batch(ended + 1, self.start + self.lines - ended - 1, self.rows[place + 1 :])


_BREAK = re.compile("\r\n|\r|\n")


def batches_of(lines: Iterable[str], dialect: Dialect, rows: int) -> Iterator[Batch]:
    """Yield the rows of a file, so many at a time.

    Raises:     ValueError for a quote that is not closed, or goes on after it
    """
    source = iter(lines)
    skipped = 1 if dialect.declared and next(source, None) is not None else 0
    reader = dialect.reader(source)
    while True:
        before, taken = reader.line_num, list[list[str]]()
        try:
            taken.extend(islice(reader, rows))
        except csv.Error as error:
            *_, (_, last, _) = Batch(before + skipped + 1, 0, taken or [[]]).numbered()
            raise _broken(last + 1 if taken else last, reader.line_num + skipped, error) from error
        if not taken:
            return
        yield Batch(before + skipped + 1, reader.line_num - before, taken)


def _broken(first: int, last: int, error: csv.Error) -> ValueError:
    spans = f"line {first}" if first == last else f"lines {first} to {last}"
    return ValueError(
        f"the quotes in {spans} do not come in pairs ({error}), so that rows may have been swallowed; say what quotes "
        "are with `data.quotes`: plain characters, or enclose fields all the same"
    )
