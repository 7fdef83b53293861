#!/usr/bin/env python3
"""What a dump costs beside many articles of earlier runs.

    benches/earlier.py NEWSIEVE DUMP [--articles N] [--runs R] [--folder DIR] [--memory SIZE]

Writes N short articles of made-up Vietnamese into an output folder, in R runs of NEWSIEVE, as a year of nights would leave them, unless
the folder has them already. Then cleans DUMP as a dry run, against an empty folder and against that one, and prints CPU seconds, their
ratio and peak memory. Needs numpy. Ten million articles take 6 GB of disk and half an hour on two cores.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unicodedata

import numpy

ONSETS = "b c ch d đ g gh gi h k kh l m n ng nh ph qu r s t th tr v x".split()
RHYMES = "a ai am an ang ao ăn âm ân âu e em ên êu i ia iên iêu im in inh o oa oan ôi ôn ông ơi ơn u ua uân ui un uôc ư ưa ương ươi y".split()
TONES = ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]
COMMON = "và của là có được trong cho với các những một đã không người này đến về từ tại khi theo ngày năm nhiều".split()
WORDS_AN_ARTICLE = 90
SENTENCE = 15


def syllables():
    """All syllables, the commonest first."""
    made = [unicodedata.normalize("NFC", onset + rhyme + tone) for onset in ONSETS for rhyme in RHYMES for tone in TONES]
    numpy.random.default_rng(1).shuffle(made)
    return numpy.array(COMMON + made, dtype=object)


def articles(words, run, part, count):
    """Texts of `count` articles; no two share more than chance gives."""
    draws = numpy.random.default_rng([run, part])
    ranks = numpy.minimum(draws.zipf(1.15, count * WORDS_AN_ARTICLE), len(words)) - 1
    spread = (ranks * 7919 + draws.integers(0, 50, ranks.size)) % len(words)
    picked = words[numpy.where(ranks < len(COMMON), ranks, spread)].reshape(count, WORDS_AN_ARTICLE)
    for number, row in enumerate(picked):
        sentences = [" ".join(row[at : at + SENTENCE]).capitalize() + "." for at in range(SENTENCE, len(row), SENTENCE)]
        title = " ".join(row[:10]).capitalize()
        body = [" ".join(sentences[:2]), " ".join(sentences[2:])]
        yield f'{{"id":"{run}-{part + number}","text":"{title}\\n\\n{body[0]}\\n\\n{body[1]}"}}\n'


def write(newsieve, folder, total, runs):
    words = syllables()
    each = total // runs
    for run in range(runs):
        if (folder / "_commits" / f"earlier-{run:04}.json").exists():
            continue
        command = [newsieve, "run", "-", "--input-format", "jsonl", "-q", "--run-id", f"earlier-{run:04}", "-o", str(folder)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE)
        for part in range(0, each, 10_000):
            lines = articles(words, run, part, min(10_000, each - part))
            child.stdin.write("".join(lines).encode())
        child.stdin.close()
        if child.wait():
            sys.exit(f"the run {run} ended with {child.returncode}")
        print(f"run {run + 1} of {runs} written", file=sys.stderr)


def cost(newsieve, dump, folder, memory):
    """CPU seconds and peak memory in MB of one dry run."""
    command = [newsieve, "run", dump, "-q", "--dry-run", "--memory", memory, "-o", str(folder), "--run-id", "new"]
    began = time.monotonic()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"the run of {dump} failed: {status}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("newsieve")
    parser.add_argument("dump")
    parser.add_argument("--articles", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("earlier"))
    parser.add_argument("--memory", default="1GiB")
    arguments = parser.parse_args()
    write(arguments.newsieve, arguments.folder, arguments.articles, arguments.runs)
    with tempfile.TemporaryDirectory() as empty:
        alone = cost(arguments.newsieve, arguments.dump, pathlib.Path(empty), arguments.memory)
    beside = cost(arguments.newsieve, arguments.dump, arguments.folder, arguments.memory)
    for name, (cpu, wall, memory) in [("alone", alone), ("beside the earlier runs", beside)]:
        print(f"{name}: {cpu:.1f} CPU s, {wall:.1f} s, {memory:.0f} MB")
    print(f"ratio of CPU: {beside[0] / alone[0]:.2f}")


if __name__ == "__main__":
    main()
