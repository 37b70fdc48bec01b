"""Writes a model so small that a test can read it: the mean of word vectors, and linear heads on it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from nlp import models
from nlp.models import MANIFEST, NETWORK, TOKENIZER
from nlp.tasks import TASKS

WIDTH = 64
VOCABULARY = 30_522
HEADS = ("sentiment", "switching")


def write_model(folder: Path, *, embedding=True, seed=1) -> Path:
    """Write a complete model with both heads, and with the output `embedding` if asked."""
    onnx = pytest.importorskip("onnx", reason="needs the package onnx (extra train)")
    helper, array = onnx.helper, onnx.numpy_helper.from_array
    rng = np.random.default_rng(seed)
    labels = sum(len(TASKS[task].labels) for task in HEADS)
    constants = {
        "table": rng.normal(size=(VOCABULARY, WIDTH)).astype(np.float32),
        "weights": rng.normal(size=(WIDTH, labels)).astype(np.float32),
        "last": np.array([2], dtype=np.int64),
        "words": np.array([1], dtype=np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["vectors"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
        helper.make_node("Mul", ["vectors", "wide"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "words"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["mask", "words"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["embedding"]),
        helper.make_node("MatMul", ["embedding", "weights"], ["logits"]),
    ]
    inputs = [
        helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["texts", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    widths = {"logits": labels} | ({"embedding": WIDTH} if embedding else {})
    outputs = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["texts", width]) for name, width in widths.items()
    ]
    initial = [array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "small", inputs, outputs, initial)
    folder.mkdir(parents=True, exist_ok=True)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(network, str(folder / NETWORK))
    shutil.copy(models.SHIPPED / TOKENIZER, folder / TOKENIZER)
    manifest = {
        "name": "small",
        "max_length": 32,
        "languages": [],
        "heads": {
            task: {"labels": list(TASKS[task].labels), "temperature": 1.0, "unsure_below": 0.6} for task in HEADS
        },
        "sha256": {file: models.sha256_of(folder / file) for file in (NETWORK, TOKENIZER)},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return folder
