"""Speed and memory of the shipped model, and the ratio to a plain Hugging Face pipeline in the same run."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

from domain.prediction import BrandName, Reading
from nlp import examples, models
from nlp.classify import build
from nlp.scoring import OnnxScorer
from nlp.text import model_text
from tests.benchmarks.figure import Figure, at_least, at_most, progress, quantile, shown
from tests.shared import SHARED

Answer = dict[str, Any]

ROUNDS = 5
TEXTS, ALONE, PIPELINE_TEXTS = 2_000, 400, 60
"""How many texts a round reads: all at once, one by one, and through the pipeline, which is slow."""

BRAND = BrandName("Northwind", ("Northwind Air", "Northwind Airlines", "@NorthwindHelp", "northwindair", "NWA"))
RIVALS = (
    BrandName("Contoso", ("Contoso Air", "@contosocares", "contosoair")),
    BrandName("Fabrikam", ("Fabrikam Jet", "@fabrikamjet", "fabjet")),
    BrandName("Blue Fern", ("Blue Fern Air", "@BlueFernHelp", "BFA")),
    BrandName("Tallow", ("Tallow Airways", "@tallowair", "tallowcares")),
)


def measure() -> list[Figure]:
    """Let the classifier and the pipeline take turns, each in a process of its own, on the same tweets."""
    with ExitStack() as stack:
        ours = stack.enter_context(_Worker("serve_ours"))
        plain = stack.enter_context(_Worker("serve_pipeline"))
        done = stack.enter_context(progress("rounds", ROUNDS))
        ours.ask("all")
        memory = ours.ask("memory")["megabytes"]
        rounds = []
        for _ in range(ROUNDS):
            rounds.append((ours.ask("all"), ours.ask("network"), plain.ask("all")))
            done(1)
        alone = ours.ask("alone")["milliseconds"]
        start = ours.ask("start")["seconds"]
    everything, network = (median(r[i]["texts_a_second"] for r in rounds) for i in (0, 1))
    return [
        at_least(f"{_source()}, everything on, median of {ROUNDS}", everything, 1000, "a second"),
        shown("of them each second that one core works", median(r[0]["texts_a_core"] for r in rounds), "a second"),
        shown("the network alone", network, "a second"),
        *_ratio(rounds),
        shown("one text alone, p50", quantile(alone, 0.5), "ms"),
        at_most("p95", quantile(alone, 0.95), 10, "ms"),
        shown("p99", quantile(alone, 0.99), "ms"),
        at_most("the most memory of a process that classifies, a text of 2 MB among the rest", memory, 400, "MB"),
        shown("start of the classifier", start, "s"),
    ]


def _ratio(rounds: list[tuple[Answer, ...]]) -> list[Figure]:
    if not all(plain for _, _, plain in rounds):
        return [Figure("a Hugging Face pipeline, one text at a time", "not installed: extra train")]
    speeds = [(ours["texts_a_second"], plain["texts_a_second"]) for ours, _, plain in rounds]
    return [
        shown("a Hugging Face pipeline, fp32, one text at a time", median(plain for _, plain in speeds), "a second"),
        at_least("as fast as the pipeline", median(ours / plain for ours, plain in speeds), 20, "times"),
    ]


class _Worker:
    """A process that runs one of the functions below, and answers each line that names a measurement."""

    def __init__(self, function: str) -> None:
        code = f"from tests.benchmarks.bench_classify import {function}; {function}()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.communicate()

    def ask(self, what: str) -> Answer:
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the process for {what} ended with {self._process.wait()}"
        return dict(json.loads(answer))


def serve_ours() -> None:
    """Answer for the shipped classifier."""
    began = time.monotonic()
    classify = build()
    started = time.monotonic() - began
    several = _readings()
    classify([*several[:64], Reading("a text that is long " * 100_000, BRAND, RIVALS)])
    _serve({
        "all": lambda: _speed(lambda: classify(several), len(several)),
        "network": _network(several),
        "alone": lambda: {"milliseconds": [_milliseconds(partial(classify, [r])) for r in several[:ALONE]]},
        "memory": lambda: {"megabytes": _peak()},
        "start": lambda: {"seconds": started},
    })  # fmt: skip


def _network(readings: list[Reading]) -> Callable[[], Answer]:
    """Return what measures the network alone; it is loaded when it is asked for first, after the memory was."""

    @cache
    def prepared():
        scorer = OnnxScorer(models.load(), workers=os.cpu_count() or 1)
        return scorer._logits, scorer._rows([model_text(reading).text for reading in readings])

    def answer() -> Answer:
        logits, rows = prepared()
        return _speed(lambda: logits(rows), len(rows))

    return answer


def serve_pipeline() -> None:
    """Answer for `transformers.pipeline` with an fp32 network of the size of ours; its weights do not matter."""
    try:
        import transformers
    except ImportError:
        _serve({"all": dict})
        return
    transformers.utils.logging.disable_progress_bar()
    config = transformers.BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536
    )
    config.num_labels = 3
    with tempfile.TemporaryDirectory() as folder:
        transformers.BertForSequenceClassification(config).save_pretrained(folder)
        file = str(models.SHIPPED / models.TOKENIZER)
        transformers.PreTrainedTokenizerFast(tokenizer_file=file, pad_token="[PAD]").save_pretrained(folder)
        pipeline = transformers.pipeline("text-classification", model=folder)
    texts = [reading.text for reading in _readings()[:PIPELINE_TEXTS]]
    pipeline(texts[0])
    _serve({"all": lambda: _speed(lambda: [pipeline(text) for text in texts], len(texts))})


def _serve(answers: dict[str, Callable[[], Answer]]) -> None:
    for line in sys.stdin:
        print(json.dumps(answers[line.strip()]()), flush=True)


def _speed(work: Callable[[], object], texts: int) -> Answer:
    began, worked = time.monotonic(), time.process_time()
    work()
    return {
        "texts_a_second": texts / (time.monotonic() - began),
        "texts_a_core": texts / (time.process_time() - worked),
    }


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return (time.monotonic() - began) * 1000


def _peak() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _tweets() -> Path:
    return SHARED / "data" / "sentiment_dev.jsonl"


def _source() -> str:
    return "tweets" if _tweets().exists() else "our own written posts"


def _readings() -> list[Reading]:
    """Return `TEXTS` readings of a brand with rivals, as a mention would have."""
    if _tweets().exists():
        texts = [json.loads(line)["text"] for line in _tweets().open(encoding="utf-8")]
    else:
        texts = [f"{example.reading.text} {i}" for i in range(10) for example in examples.written()]
    return [Reading(text, BRAND, RIVALS) for text in texts[:TEXTS]]
