"""What is waited for is said, and not for ever."""

import pytest

from al_core.errors import AlflowError
from flows.serving import patience
from flows.serving.patience import PATIENCE, patiently


def test_it_is_said_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SAY_EVERY", 0.0)
    said: list[str] = []
    for _ in patiently("the server to answer", "its log is x.log", said.append):
        if said:
            break
    assert said[0].startswith("Waiting for the server to answer (0 s); its log is x.log")


def test_the_user_bounds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PATIENCE, "0")
    assert list(patiently("nothing", "", print)) == []
    monkeypatch.setenv(PATIENCE, "soon")
    with pytest.raises(AlflowError, match="is 'soon', which is no number of seconds; set it to one, or unset it"):
        list(patiently("nothing", "", print))
