"""A fine-tuned transformer as transformers writes it. Imports torch; to be imported where it is needed only."""

from copy import deepcopy
from pathlib import Path
from shutil import copyfile
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoTokenizer

from al_core.classifiers import TransformerModel
from al_core.encoders.network import HEADS, Normalised, Sequence
from al_core.encoders.weights import understood
from al_core.errors import ConfigError, DataError
from al_core.export.about import NAME, About
from al_core.export.learned import Learned
from al_core.limits import check_is_file

HEAD = "head.safetensors"


def write(folder: Path, learned: Learned) -> None:
    """Write network and tokeniser; the temperature is folded into the last layer, so that it needs no mention."""
    assert isinstance(learned.model, TransformerModel)
    network = calibrated(learned.model)
    network.model.config.update(_names(learned.classes, learned.model.multilabel))
    network.model.save_pretrained(folder)
    if isinstance(network, Normalised):
        head = {"weight": network.linear.weight, "bias": network.linear.bias}
        save_file({name: values.detach().contiguous() for name, values in head.items()}, folder / HEAD)
    _write_tokenizer(folder, learned)
    for file in folder.glob("*.safetensors"):
        _let_others_read(file)


def _let_others_read(file: Path) -> None:
    """Give a file the permissions that new ones have here; safetensors writes for its owner only."""
    copy = file.with_suffix(".copy")
    copyfile(file, copy)
    copy.replace(file)


def read(folder: Path, about: About) -> Sequence | Normalised:
    """Read the network that was written.

    Raises:     ConfigError for weights that are not all there, or not all finite; DataError for other classes
    """
    _check_classes(folder, about)
    network = HEADS[about.kind](folder, len(about.classes), pretrained=True, exported=True)
    with understood(folder):
        if isinstance(network, Normalised):
            check_is_file(folder / HEAD)
            network.linear.load_state_dict(load_file(folder / HEAD))
        for name, values in network.named_parameters():
            if not values.isfinite().all():
                raise ValueError(f"its weights {name!r} are not all finite")
    return network.eval()


def _check_classes(folder: Path, about: About) -> None:
    with understood(folder):
        named = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False).id2label
        names = [named[number] for number in sorted(named)]
    if names != list(about.classes):
        raise DataError(f"the model tells the classes {names} apart, and {NAME} names {list(about.classes)}")


def calibrated(model: TransformerModel) -> Any:
    """Return a copy of the network, on the CPU, whose logits are divided by the model's temperature.

    Raises:     ConfigError if its last layer is none that this can be done to
    """
    network = deepcopy(getattr(model.network, "_orig_mod", model.network)).cpu().eval()
    ids = torch.tensor([[1, 2, 3]])
    with torch.inference_mode():
        wanted = network(ids, None) / model.temperature
    with torch.no_grad():
        last = _last_layer(network)
        for values in (last.weight, last.bias):
            if values is not None:
                values /= model.temperature
    with torch.inference_mode():
        if not torch.allclose(network(ids, None), wanted, rtol=1e-4, atol=1e-5):
            raise ConfigError(
                "the temperature cannot be folded into this network; train it with `classifier.calibration: none`"
            )
    return network


def _last_layer(network: Any) -> torch.nn.Linear:
    return [layer for layer in network.modules() if isinstance(layer, torch.nn.Linear)][-1]


def _names(classes: tuple[str, ...], multilabel: bool) -> dict[str, Any]:
    return {
        "id2label": dict(enumerate(classes)),
        "label2id": {name: number for number, name in enumerate(classes)},
        "problem_type": f"{'multi' if multilabel else 'single'}_label_classification",
    }


def _write_tokenizer(folder: Path, learned: Learned) -> None:
    """Write the tokeniser as it came, not as it was used; what it cuts off is what it did in training."""
    assert learned.encoder
    tokenizer = AutoTokenizer.from_pretrained(learned.encoder.folder, local_files_only=True, trust_remote_code=False)
    tokenizer.model_max_length = learned.encoder.config.max_length
    tokenizer.save_pretrained(folder)
