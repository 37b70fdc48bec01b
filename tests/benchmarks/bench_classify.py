"""Speed and memory of the shipped model, and the ratio to a plain Hugging Face pipeline on the same machine.

Run as `python -m tests.benchmarks.bench_classify [FILE.jsonl]`; without a file it reads our own written posts.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from domain.prediction import BrandName, Reading
from nlp import examples
from nlp.classify import build

TEXTS = 4_000
ALONE = 300
PIPELINE_TEXTS = 100


def readings(path):
    """Return `TEXTS` readings with a brand and two rivals each, as a mention would have."""
    texts = (
        [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
        if path
        else [example.reading.text for example in examples.written()]
    )
    names = BrandName("Northwind", ("@NorthwindHelp",)), (BrandName("Contoso"), BrandName("Fabrikam"))
    return [Reading(texts[i % len(texts)], *names) for i in range(TEXTS)]


def throughput(classify, batch):
    """Return texts per second, masking, tokenising, both heads and language included."""
    start = time.monotonic()
    for first in range(0, len(batch), 512):
        classify(batch[first : first + 512])
    return len(batch) / (time.monotonic() - start)


def latencies(classify, batch):
    """Return p50 and p95 of one text alone, in milliseconds."""
    taken = []
    for reading in batch[:ALONE]:
        start = time.monotonic()
        classify([reading])
        taken.append((time.monotonic() - start) * 1000)
    return np.percentile(taken, 50), np.percentile(taken, 95)


def pipeline_throughput(batch):
    """Return texts per second of `transformers.pipeline`, one text at a time, same encoder size; None without it."""
    try:
        import transformers
    except ImportError:
        return None
    transformers.utils.logging.disable_progress_bar()
    config = transformers.BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536
    )
    config.num_labels = 3
    from nlp.models import SHIPPED, TOKENIZER

    with tempfile.TemporaryDirectory() as folder:
        transformers.BertForSequenceClassification(config).save_pretrained(folder)
        transformers.PreTrainedTokenizerFast(
            tokenizer_file=str(SHIPPED / TOKENIZER), pad_token="[PAD]"
        ).save_pretrained(folder)
        pipeline = transformers.pipeline("text-classification", model=folder)
        pipeline("warm up")
        start = time.monotonic()
        for reading in batch[:PIPELINE_TEXTS]:
            pipeline(reading.text)
        return PIPELINE_TEXTS / (time.monotonic() - start)


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    batch = readings(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.monotonic()
    classify = build()
    print(f"start of the classifier      {time.monotonic() - start:8.2f} s")
    classify(batch[:64])
    speed = max(throughput(classify, batch) for _ in range(2))
    print(f"throughput                   {speed:8.0f} texts/s")
    p50, p95 = latencies(classify, batch)
    print(f"one text, p50 / p95          {p50:8.1f} / {p95:.1f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory, whole / ours    {peak:8.0f} / {peak - before:.0f} MB")
    # In a process of its own, so that two libraries' threads do not compete.
    call = f"pipeline_throughput(readings({f'Path({str(path)!r})' if path else None}))"
    code = f"from tests.benchmarks.bench_classify import *; print({call})"
    plain = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()[-1]
    if plain == "None":
        print("the Hugging Face pipeline is not installed")
    else:
        ratio = speed / float(plain)
        print(f"Hugging Face pipeline        {float(plain):8.0f} texts/s; ours is {ratio:.0f} times as fast")


if __name__ == "__main__":
    main()
