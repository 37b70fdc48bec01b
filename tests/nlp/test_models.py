"""A model with missing or altered files, or other labels, stops the start and says how to mend it."""

import json

import pytest

from domain.errors import ModelError
from nlp import models
from nlp.classify import build
from nlp.models import MANIFEST, NETWORK, TOKENIZER


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
    assert [head.task for head in model.heads] == ["sentiment", "switching"]
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
    with pytest.raises(ModelError, match="8 outputs, but the heads of its manifest have 3"):
        build(copied)
