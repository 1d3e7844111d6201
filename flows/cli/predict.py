"""`alflow predict`: what an exported model says of the texts of a file."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from al_core.errors import ConfigError, DataError
from flows.cli.output import say, try_output, writing
from flows.cli.place import PLACE

if TYPE_CHECKING:
    import pandas as pd

    from al_core.datasets.sink import Sink

NAMED = ("csv", "tsv", "xlsx", "jsonl", "parquet", "arrow")
"""Formats whose files name their columns."""
FORMATS = (*NAMED, "texts", "lines", "doccano", "prodigy", "label_studio", "fasttext", "huggingface")


@click.command(short_help="Predict the labels of a file's texts.")
@click.argument("model", type=PLACE)
@click.argument("file", type=PLACE)
@click.option("--output", required=True, type=PLACE, help="A .csv, .xlsx, .jsonl or .parquet file.")
@click.option("--text-column", help="Several are joined by a space: `title+body`; as in training if left out.")
@click.option("--format", type=click.Choice(FORMATS), help="By the file's suffix; `texts` is a text a line (.txt).")
@click.option("--encoding", help="Detected if left out; such as `latin-1`.")
@click.option(
    "--raw", is_flag=True, help="Write a .csv as it is, with cells that a spreadsheet would take for formulas."
)
@click.option("--delimiter", help="Between the fields of a CSV, such as `;` or `tab`; by its rows if left out.")
@click.option(
    "--quotes", type=click.Choice(["enclose", "plain"]), help="What quotes in a CSV are; by its rows if left out."
)
@click.option("--sheet", help="Of a workbook (.xlsx); the first if left out.")
@click.option("--header/--no-header", default=True, help="Whether a CSV's or TSV's first row names the columns.")
def predict(
    model: Path,
    file: Path,
    output: Path,
    text_column: str | None,
    format: str | None,
    encoding: str | None,
    raw: bool,
    delimiter: str | None,
    quotes: str | None,
    sheet: str | None,
    header: bool,
) -> None:
    """Predict the labels of the texts in FILE with the exported MODEL, a folder.

    The output has the columns of FILE, and `label`, `confidence` and `p_CLASS` for each class. FILE can be of any
    size: it is read and written piece by piece. A text that is empty, as cleaned, has no label.
    """
    from al_core.datasets.layout import How, layout_of
    from al_core.datasets.readers import pieces
    from al_core.datasets.sink import sink_of

    with writing(output):
        if output.exists() and file.exists() and output.samefile(file):
            raise ConfigError(f"{str(output)!r} is the file that is read; name another with `--output`")
        sink = sink_of(output, raw)
        try_output(output)
        between = "\t" if delimiter == "tab" else delimiter
        how = How(format, encoding, header, between, quotes, sheet, text_column, to_label=True)
        layout = layout_of(file, how)
        if layout.format not in NAMED:
            text_column = text_column or "text"
        rows, empty, off = _predict(model, pieces(layout), text_column, output, sink)
    _clear()
    say(f"{rows:,} texts{f', {empty:,} of them empty and without a label' if empty else ''}: {output}")
    say(f"Read as {layout}")
    if off is not None:
        say(f"Confidence and accuracy were {off:.2f} apart on the model's test texts (calibration error)")


def _predict(
    model: Path, pieces: "Iterator[pd.DataFrame]", text_column: str | None, output: Path, sink: "Sink"
) -> tuple[int, int, float | None]:
    """Write the predictions; return how many rows there are and are empty, and how far off confidences are."""
    from al_core.export.predictor import Predictor
    from tasks.files import written_whole

    rows = empty = 0
    predictor = Predictor.load(model)
    with written_whole(output.absolute()) as written, sink(written) as write:
        for piece in pieces:
            labelled = predictor.labelled(piece, text_column)
            write(labelled)
            rows, empty = rows + len(labelled), empty + int(labelled["label"].isna().sum())
            _show(rows)
        if not rows:
            raise DataError("the file has no rows; there is nothing to predict")
    return rows, empty, predictor.about.calibration_error


def _show(rows: int) -> None:
    """Show how many texts are done, on a terminal."""
    if sys.stderr.isatty():
        click.echo(f"\r{rows:,} texts so far\x1b[K", nl=False, err=True)


def _clear() -> None:
    """Take that away."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
