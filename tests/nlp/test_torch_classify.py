"""A Hugging Face checkpoint serves through torch behind the same seam."""

import shutil
import sys

import pytest

from config.model import ModelSection
from domain.errors import ModelError
from domain.prediction import BrandName, Reading
from nlp import models
from nlp.torch_classify import build
from service.assembly import build_model

torch = pytest.importorskip("torch", reason="the train extra is not installed")
transformers = pytest.importorskip("transformers", reason="the train extra is not installed")

LABELS = {0: "Positive", 1: "Negative", 2: "Neutral"}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A tiny checkpoint with random weights, whose labels stand in another order than ours."""
    directory = tmp_path_factory.mktemp("checkpoint")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=3, id2label=LABELS
    )
    transformers.BertForSequenceClassification(config).save_pretrained(directory)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(models.SHIPPED / models.TOKENIZER), pad_token="[PAD]", model_max_length=64
    )
    tokenizer.save_pretrained(directory)
    return directory


def test_a_local_directory_answers_in_our_order_of_labels(checkpoint):
    [predictions] = build(checkpoint)([Reading("hello", BrandName("Northtune"))])
    [found] = predictions.items
    network = transformers.AutoModelForSequenceClassification.from_pretrained(checkpoint)
    tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint)
    expected = network(**tokenizer("hello", return_tensors="pt")).logits.softmax(-1)[0].tolist()
    assert dict(found.probabilities) == pytest.approx(
        {"positive": expected[0], "negative": expected[1], "neutral": expected[2]}, abs=1e-5
    )


def test_many_texts_keep_their_order(checkpoint):
    classify = build(checkpoint)
    readings = [Reading("word " * (i % 7) + str(i)) for i in range(70)]
    together = [p.items[0].score for p in classify(readings)]
    alone = [classify([reading])[0].items[0].score for reading in readings[:5]]
    assert together[:5] == pytest.approx(alone, abs=1e-5)


def test_without_a_list_of_languages_every_language_is_supported(checkpoint):
    [predictions] = build(checkpoint)([Reading("Ich bin mit dem Kundendienst gar nicht zufrieden")])
    assert (predictions.language, predictions.language_supported) == ("de", True)


def test_foreign_label_names_can_be_mapped(checkpoint):
    with pytest.raises(ModelError, match="Positive, Negative, Neutral, but switching needs none"):
        build(checkpoint, task="switching")
    mapping = {"Positive": "negative", "Negative": "positive", "Neutral": "neutral"}
    [mapped] = build(checkpoint, labels=mapping)([Reading("hello")])
    [plain] = build(checkpoint)([Reading("hello")])
    assert mapped.items[0].probabilities["positive"] == plain.items[0].probabilities["negative"]


def test_a_hub_id_must_be_pinned():
    with pytest.raises(ModelError, match="needs `revision`"):
        build("someone/some-model")


def test_a_directory_without_a_checkpoint_is_refused(tmp_path):
    with pytest.raises(ModelError, match="cannot be loaded"):
        build(tmp_path)


def test_a_language_beyond_the_list_is_marked_and_never_sure(checkpoint):
    german = Reading("Ich bin mit dem Kundendienst gar nicht zufrieden")
    for languages, supported in [({"en"}, False), ({"en", "de"}, True)]:
        [predictions] = build(checkpoint, languages=frozenset(languages))([german])
        assert predictions.language_supported is supported
        assert predictions.items[0].unsure is not supported


def test_one_task_goes_to_a_checkpoint_and_the_others_stay_with_the_shipped_model(checkpoint):
    settings = ModelSection.model_validate({
        "checkpoints": {
            "complaint": {
                "source": str(checkpoint),
                "labels": {"Positive": "none", "Negative": "complaint", "Neutral": "complaint"},
            }
        }
    })  # fmt: skip
    with pytest.raises(ModelError, match="complaint needs none, complaint"):
        build_model(settings)
    settings = ModelSection.model_validate(
        {"checkpoints": {"sentiment": {"source": str(checkpoint), "languages": ["*"]}}}
    )
    classify, _ = build_model(settings)
    [predictions] = classify([Reading("Ich bin mit dem Kundendienst gar nicht zufrieden")])
    assert predictions.of("sentiment").model == f"{checkpoint.name}@local"
    assert not predictions.of("sentiment").unsure
    assert predictions.of("switching").unsure
    assert predictions.language_supported


def test_a_base_without_a_trained_head_is_refused(checkpoint, tmp_path):
    transformers.AutoModel.from_pretrained(checkpoint).save_pretrained(tmp_path)
    transformers.AutoTokenizer.from_pretrained(checkpoint).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"lacks the weights classifier\.bias"):
        build(tmp_path)


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_a_broken_file_is_refused(checkpoint, tmp_path, file):
    shutil.copytree(checkpoint, tmp_path, dirs_exist_ok=True)
    (tmp_path / file).write_bytes((tmp_path / file).read_bytes()[:100])
    with pytest.raises(ModelError, match="cannot be loaded"):
        build(tmp_path)


@pytest.mark.parametrize("device", ["cuda:9", "toaster"])
def test_a_device_that_is_not_there_is_named(checkpoint, device):
    with pytest.raises(ModelError, match=f"device '{device}'"):
        build(checkpoint, device=device)


def test_a_missing_extra_is_named(checkpoint, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ModelError, match=r"pip install 'earshot\[train\]'"):
        build(checkpoint)
