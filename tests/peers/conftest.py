"""Which peers are there."""

from importlib.util import find_spec

import pytest

NAMES = {"skactiveml": "scikit-activeml", "small_text": "small-text", "modAL": "modAL-python"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests marked `peer(...)` where a module named there is not installed."""
    for item in items:
        wanted = [module for mark in item.iter_markers("peer") for module in mark.args]
        missing = [NAMES.get(module, module) for module in wanted if find_spec(module) is None]
        if missing:
            reason = f"{', '.join(missing)} not installed; pip install -e '.[peers]' hnswlib"
            item.add_marker(pytest.mark.skip(reason=reason))
