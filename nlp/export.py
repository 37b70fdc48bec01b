"""Writes a trained network as the int8 ONNX file that serves, with its tokenizer and manifest."""

import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from tokenizers import Tokenizer
from torch import Tensor, nn

from nlp.models import MANIFEST, NETWORK, TOKENIZER, Head, sha256_of
from nlp.network import Network


class _Served(nn.Module):
    """The network as it serves: beside the logits it gives the embedding that its heads read."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        embedding = self.network.pooled(input_ids, attention_mask)
        return self.network.heads(embedding), embedding


def write_onnx(network: Network, output: Path) -> None:
    """Export `network` to `output` with int8 weights, one scale per channel.

    `reduce_range` keeps weights to 7 bits, as onnxruntime advises for processors without VNNI: they add pairs of int8
    products in 16 bits, which can saturate. What it gains in figures was not measured.
    """
    served = _Served(network).eval()
    example = (torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64))
    rows = {0: "texts", 1: "length"}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The tracing exporter warns that it is deprecated; its files are those that `quantize_dynamic` was measured on.
        warnings.simplefilter("ignore")
        plain, prepared = Path(folder) / "plain.onnx", Path(folder) / "prepared.onnx"
        torch.onnx.export(
            served,
            example,
            str(plain),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits", "embedding"],
            dynamic_axes={"input_ids": rows, "attention_mask": rows, "logits": {0: "texts"}, "embedding": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )
        quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(str(prepared), str(output), per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)


def write_manifest(
    output: Path, *, name: str, heads: Sequence[Head], max_length: int, languages: Sequence[str]
) -> None:
    """Write `model.json` for the network and tokenizer that are in `output`, pinning both by hash."""
    manifest = {
        "name": name,
        "max_length": max_length,
        "languages": list(languages),
        "heads": {
            head.task: {
                "labels": list(head.labels),
                "temperature": round(head.temperature, 4),
                "unsure_below": round(head.unsure_below, 4),
            }
            for head in heads
        },
        "sha256": {file: sha256_of(output / file) for file in (NETWORK, TOKENIZER)},
    }
    (output / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def write_tokenizer(tokenizer: Tokenizer, output: Path) -> None:
    """Write the tokenizer without truncation and padding: the manifest says how long texts may be."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(output / TOKENIZER))
