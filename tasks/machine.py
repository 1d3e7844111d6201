"""What runs may do on this machine: settings of its environment, which no configuration can change.

ALFLOW_ALLOW    modules and packages whose code configurations may name, such as `mypackage sklearn.ensemble`; none if
it is not set
"""

import os

from al_core import plugins

ALLOW = "ALFLOW_ALLOW"


def allow_by_environment() -> None:
    """Let configurations name the code that this machine's environment allows."""
    plugins.allow(*_listed(ALLOW))


def allow(*modules: str) -> None:
    """Let configurations name the code of these modules, in this process and in those that it starts."""
    plugins.allow(*modules)
    os.environ[ALLOW] = " ".join(sorted({*_listed(ALLOW), *modules}))


def _listed(variable: str) -> list[str]:
    return os.environ.get(variable, "").replace(",", " ").split()
