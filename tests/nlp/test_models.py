"""A model with missing or altered files, or other labels, stops the start and says how to mend it."""

import json

import pytest
from tokenizers import Tokenizer

from domain.errors import ModelError
from nlp import models
from nlp.classify import build
from nlp.models import MANIFEST, NETWORK, TOKENIZER
from nlp.scoring import OnnxScorer
from nlp.tasks import TASKS

onnx = pytest.importorskip("onnx", reason="the train extra is not installed")
from onnx import TensorProto, helper  # noqa: E402


@pytest.fixture
def copied(tmp_path):
    """A directory that looks like the shipped model, and can be spoiled."""
    for file in (MANIFEST, NETWORK, TOKENIZER):
        (tmp_path / file).write_bytes((models.SHIPPED / file).read_bytes())
    return tmp_path


def spoil(directory, **changes):
    path = directory / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_the_shipped_model_is_whole_and_small_enough_to_commit():
    model = models.load()
    assert [head.task for head in model.heads] == list(TASKS)
    assert (model.directory / NETWORK).stat().st_size <= 25_000_000


@pytest.mark.parametrize("file", [MANIFEST, NETWORK, TOKENIZER])
def test_a_missing_file_is_named(copied, file):
    (copied / file).unlink()
    with pytest.raises(ModelError, match=rf"{file} is missing.*git checkout"):
        models.load(copied)


@pytest.mark.parametrize("file", [NETWORK, TOKENIZER])
def test_a_single_changed_byte_is_found(copied, file):
    content = bytearray((copied / file).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / file).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{file} is not the file that was evaluated.*SHA-256"):
        build(copied)


def test_other_labels_are_refused(copied):
    heads = json.loads((copied / MANIFEST).read_text())["heads"]
    heads["sentiment"]["labels"] = ["bad", "so-so", "good"]
    spoil(copied, heads=heads)
    with pytest.raises(ModelError, match=r"bad, so-so, good.*needs negative, neutral, positive"):
        models.load(copied)


def test_an_unknown_task_is_refused(copied):
    heads = json.loads((copied / MANIFEST).read_text())["heads"]
    spoil(copied, heads={**heads, "astrology": heads["sentiment"]})
    with pytest.raises(ModelError, match="unknown task 'astrology'"):
        models.load(copied)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": 1}', "\x00\x01"])
def test_a_manifest_that_is_none_is_refused(copied, content):
    (copied / MANIFEST).write_text(content)
    with pytest.raises(ModelError, match=MANIFEST):
        models.load(copied)


def test_a_network_of_garbage_with_a_matching_hash_is_refused(copied):
    (copied / NETWORK).write_bytes(b"garbage")
    hashes = json.loads((copied / MANIFEST).read_text())["sha256"]
    spoil(copied, sha256={**hashes, NETWORK: models.sha256_of(copied / NETWORK)})
    with pytest.raises(ModelError, match="cannot be loaded"):
        build(copied)


def test_heads_that_the_network_does_not_have_are_refused(copied):
    heads = json.loads((copied / MANIFEST).read_text())["heads"]
    spoil(copied, heads={"sentiment": heads["sentiment"]})
    with pytest.raises(ModelError, match=rf"{NETWORK} has \d+ outputs, but the heads of its manifest have 3.*Restore"):
        build(copied)


def pin(directory, file):
    hashes = json.loads((directory / MANIFEST).read_text())["sha256"]
    spoil(directory, sha256={**hashes, file: models.sha256_of(directory / file)})


@pytest.mark.parametrize("file", [NETWORK, TOKENIZER])
def test_a_truncated_file_is_found(copied, file):
    (copied / file).write_bytes((copied / file).read_bytes()[:1000])
    with pytest.raises(ModelError, match=rf"{file} is not the file that was evaluated.*git checkout"):
        build(copied)


@pytest.mark.parametrize("file", [NETWORK, TOKENIZER])
def test_a_broken_file_that_is_pinned_is_named(copied, file):
    (copied / file).write_bytes((copied / file).read_bytes()[:1000])
    pin(copied, file)
    with pytest.raises(ModelError, match=rf"{file} cannot be loaded.*Restore"):
        build(copied)


def test_a_tokenizer_with_more_tokens_than_the_network_knows_is_refused(copied):
    tokenizer = Tokenizer.from_file(str(copied / TOKENIZER))
    tokenizer.add_tokens(["anothertoken"])
    tokenizer.save(str(copied / TOKENIZER))
    pin(copied, TOKENIZER)
    with pytest.raises(ModelError, match=rf"{TOKENIZER} does not belong to .*{NETWORK}.*Restore"):
        build(copied)


def write_network(directory, outputs, *, inputs=("input_ids", "attention_mask")):
    """Write and pin a network that answers each text with as many equal numbers as `outputs` say by name."""
    ids = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "length"]) for name in inputs]
    nodes = [
        helper.make_node("Cast", [inputs[0]], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["numbers", "last"], ["sum"], keepdims=1),
    ]
    nodes += [helper.make_node("Tile", ["sum", f"times_{name}"], [name]) for name in outputs]
    constants = [helper.make_tensor("last", TensorProto.INT64, [1], [1])]
    constants += [helper.make_tensor(f"times_{name}", TensorProto.INT64, [2], [1, n]) for name, n in outputs.items()]
    found = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", n]) for name, n in outputs.items()]
    graph = helper.make_graph(nodes, "sums", ids, found, constants)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(network, str(directory / NETWORK))
    pin(directory, NETWORK)


WIDTH = sum(len(head.labels) for head in models.load().heads)


@pytest.mark.parametrize(
    ("outputs", "inputs"),
    [({"scores": WIDTH}, ("input_ids", "attention_mask")), ({"logits": WIDTH}, ("input_ids", "token_type_ids"))],
)
def test_a_network_with_other_inputs_or_outputs_is_refused(copied, outputs, inputs):
    write_network(copied, outputs, inputs=inputs)
    with pytest.raises(ModelError, match=rf"{NETWORK} maps .* Earshot needs input_ids and attention_mask to logits"):
        build(copied)


def test_the_embedding_comes_beside_the_logits_whatever_their_order(copied):
    write_network(copied, {"embedding": 4, "logits": WIDTH})
    scorer = OnnxScorer(models.load(copied), workers=2)
    texts = ["one", "two words", "three words here"] * 20
    logits, embeddings = scorer.with_embeddings(texts)
    assert (logits.shape, embeddings.shape) == ((60, WIDTH), (60, 4))
    assert (logits[:, 0] == embeddings[:, 0]).all()
    assert (scorer(texts) == logits).all()
    assert len({*logits[:3, 0].tolist()}) == 3


def test_a_network_without_an_embedding_says_so_when_it_is_wanted(copied):
    write_network(copied, {"logits": WIDTH})
    scorer = OnnxScorer(models.load(copied), workers=1)
    assert scorer(["hello"]).shape == (1, WIDTH)
    with pytest.raises(ModelError, match="no output 'embedding'"):
        scorer.with_embeddings(["hello"])
