"""`alflow clean`: remove what killed runs left."""

from typing import TYPE_CHECKING

import click

from al_core.errors import StoreError
from al_core.plain import visible

if TYPE_CHECKING:
    from tasks.store import Store


@click.command(short_help="Remove what killed runs left.")
@click.option("--store", default="results", show_default=True, help="The folder or URL that keeps every result.")
@click.option("--dry-run", is_flag=True, help="Only list it.")
def clean(store: str, dry_run: bool) -> None:
    """List and remove what killed runs left in a store: unfinished writes, and results without a record of them or not
    as they were written.

    Finished experiments stay, as do files that alflow did not write, and whatever a run uses right now.
    """
    from tasks.clean import clean as leftovers

    total = 0
    for leftover in leftovers(_existing(store), dry_run):
        total += leftover.size
        click.echo(f"{leftover.size:>12,}  {visible(leftover.path)}  ({leftover.why})")
    click.echo(f"{total:>12,}  bytes {'to be freed' if dry_run else 'freed'}")


def _existing(root: str) -> "Store":
    from tasks.files import place
    from tasks.store import Store

    folder = place(root)
    if not (folder / ".alflow").exists():
        raise StoreError(f"there is no store in {str(folder)!r}; name it with `store`")
    return Store(str(folder))
