"""The command line. Each command is imported when it is called, so that `alflow --help` answers at once."""

import gc
import sys
from importlib import import_module

import click

from al_core.errors import AlflowError
from al_core.urls import without_passwords

COMMANDS = {
    "next": "Write which of a file's texts to have labelled next: the loop by spreadsheet.",
    "run": "Run an experiment: strategies × seeds × cycles on labelled data.",
    "retry": "Retry an experiment, or a single cycle of it.",
    "up": "Start Prefect's server, the deployments and a worker; Ctrl-C ends them.",
    "status": "Say how far each experiment of a store is.",
    "report": "Print the learning curves of an experiment and draw its report again.",
    "export": "Write a model of an experiment as a folder that loads without alflow.",
    "predict": "Predict the labels of a file's texts with an exported model.",
    "clean": "Remove what killed runs left in a store.",
    "strategies": "List the query strategies.",
    "check": "Try a strategy, classifier or stopping rule of your own: does it keep what all promise?",
    "data": "List the data presets, and what to download where.",
}


NO_MEMORY = "there is too little memory. Take fewer texts, --features tfidf, or --workers 1; what is done is kept"


class _Lazy(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"flows.cli.{name}"), name)
        return command

    def invoke(self, context: click.Context) -> object:
        """Run a command; what it refuses is said in a line, and not as a traceback."""
        from flows.cli.output import check_written

        try:
            result = super().invoke(context)
        except click.UsageError as error:
            said = error.format_message()
            if without_passwords(said) == said:
                raise
            raise click.UsageError(without_passwords(said), error.ctx) from None
        except AlflowError as error:
            from flows.cli.refusal import shown

            sys.exit(shown(error))
        except MemoryError as error:
            sys.exit(f"alflow: {NO_MEMORY} ({error})")
        except OSError as error:
            named = f"{without_passwords(repr(error.filename))}: " if error.filename else ""
            sys.exit(f"alflow: {named}{error.strerror or error}")
        check_written(sys.stdout)
        return result

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alflow")
def main() -> None:
    """Active learning for text classification, run as a Prefect workflow."""
    from flows.cli.output import lasting

    sys.stdout, sys.stderr = lasting(sys.stdout), lasting(sys.stderr)
    gc.set_threshold(100_000)  # what is imported is no garbage: looking for some takes a tenth of a start
