"""Help: what everyone sets first, with examples; all the rest by `--help-all`, in sections."""

from typing import Any

import click

FIRST = "Options"
ALL = "alflow.all"


class Setting(click.Option):
    """An option for a setting of an experiment, in a section of the help."""

    def __init__(self, *names: Any, section: str = FIRST, **how: Any) -> None:
        super().__init__(*names, **how)
        self.section = section


class Sectioned(click.Command):
    """A command whose help shows the first section, and by `--help-all` the others too."""

    def get_params(self, context: click.Context) -> list[click.Parameter]:
        """Return the parameters, and the one that shows all of them."""
        return [*super().get_params(context), _help_all()]

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, section by section."""
        sections: dict[str, list[tuple[str, str]]] = {FIRST: []}
        for parameter in self.get_params(context):
            record = parameter.get_help_record(context)
            if record and isinstance(parameter, click.Option):
                sections.setdefault(getattr(parameter, "section", FIRST), []).append(record)
        for name, records in sections.items():
            if name == FIRST or context.meta.get(ALL):
                with formatter.section(name):
                    formatter.write_dl(records)


def _help_all() -> click.Option:
    return click.Option(
        ["--help-all"], is_flag=True, is_eager=True, expose_value=False, callback=_show_all, help="Show all options."
    )


def _show_all(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        context.meta[ALL] = True
        click.echo(context.get_help(), color=context.color)
        context.exit()
