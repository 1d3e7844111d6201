"""How long near-duplicates take to find, with how much memory, and what is found; for docs/benchmarks.md.

python benchmarks/near_duplicates.py [--shared ../shared/data] [--texts 100000 1000000] [--exact 5000]
"""

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from time import process_time

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer

from al_core.config import ClassifierConfig, DataConfig, FeaturesConfig
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.near import ALIKE, groups, seen_in_training, summary
from al_core.datasets.split import Split, split
from al_core.features.tfidf import featurise
from al_core.learner import evaluate_model, train

FILES = {
    "sample": None, "sms_spam": "sms_spam/sms.tsv", "trec": "trec/train.txt", "ag_news": "ag_news/test.csv",
    "hatespeech": "hatespeech/labeled_data.csv",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--texts", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--exact", type=int, default=5000)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--measure", nargs=2)
    options = parser.parse_args()
    if options.measure:
        print(measured(options.shared, options.measure[0], int(options.measure[1])))
        return
    print("| texts | kind | in groups | largest group | processor seconds | peak MiB, of which ours |")
    print("|--:|---|--:|--:|--:|--:|")
    for n in options.texts:
        for kind in MAKERS:
            command = [sys.executable, __file__, "--shared", options.shared, "--measure", kind, str(n)]
            print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip(), flush=True)
    print("\n| texts | kind | pairs | found | wrongly in a group |\n|--:|---|--:|--:|--:|")
    for kind in MAKERS:
        print(against_all_pairs(kind, MAKERS[kind](options.shared, options.exact)), flush=True)
    print(
        "\n| data | texts | in groups | largest | of test texts | by class, at most | macro-F1 stratified | grouped |"
    )
    print("|---|--:|--:|--:|--:|---|--:|--:|")
    for name in FILES:
        print(on_real_data(name, corpus_of(options.shared, name), options.seeds), flush=True)


def corpus_of(shared: Path, name: str) -> Corpus:
    file = FILES[name]
    return build_corpus(DataConfig(source=name, path=str(shared / file) if file else None))[0]


def edited(shared: Path, n: int) -> list[str]:
    """Make texts of real ones: half of them two halves put together, all with up to three words changed."""
    rng, words = np.random.default_rng(0), real_words(shared)
    vocabulary, made = [word for text in words for word in text], []
    for number in range(n):
        one, other = (words[row] for row in rng.integers(len(words), size=2))
        text = one[: len(one) // 2] + other[len(other) // 2 :] if number % 2 else list(one)
        for place in rng.integers(len(text), size=rng.integers(4)) if text else ():
            text[place] = vocabulary[rng.integers(len(vocabulary))]
        made.append(" ".join(text))
    return made


def template(shared: Path, n: int) -> list[str]:
    """Make texts of one template, each as near to others as near-duplicates just are, or just are not."""
    rng, words = np.random.default_rng(0), np.array(sorted({word for text in real_words(shared) for word in text}))
    filled = "dear customer your parcel with the number {} will be delivered to {} on day {} please call {} thank you"
    numbers, days = rng.integers(10**9, size=n), rng.integers(365, size=n)
    drawn = zip(numbers, rng.choice(words, n), days, rng.choice(words, n), strict=True)
    return [filled.format(*each) for each in drawn]


def real_words(shared: Path) -> list[list[str]]:
    return [text.split() for name in ("sms_spam", "hatespeech") for text in corpus_of(shared, name).texts]


MAKERS = {"edited": edited, "one template": template}


def measured(shared: Path, kind: str, n: int) -> str:
    texts = MAKERS[kind](shared, n)
    before, start = peak(), process_time()
    found = summary(groups(texts), [None] * n)
    seconds = process_time() - start
    return f"| {n:,} | {kind} | {found.texts:,} | {found.largest:,} | {seconds:.1f} | {peak():,}, {peak() - before:,} |"


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def against_all_pairs(kind: str, texts: list[str]) -> str:
    """Compare with scikit-learn's n-grams: of pairs of near-duplicates how many are found, how many texts wrongly."""
    shingles = CountVectorizer(analyzer="char", ngram_range=(4, 4), binary=True, lowercase=False, dtype=np.int32)
    sets = shingles.fit_transform(" ".join(text.casefold().split()) for text in texts)
    both, size = (sets @ sets.T).tocoo(), np.asarray(sets.sum(axis=1)).ravel()
    alike = both.data / (size[both.row] + size[both.col] - both.data) >= ALIKE
    one, other = both.row[alike], both.col[alike]
    one, other = one[one < other], other[one < other]
    group = groups(texts)
    pairs = coo_array((np.ones(len(one)), (one, other)), shape=(len(texts),) * 2)
    exact = connected_components(pairs, directed=False)[1]
    wrong = (np.bincount(group)[group] > 1) & (np.bincount(exact)[exact] == 1)
    found = (group[one] == group[other]).mean()
    return f"| {len(texts):,} | {kind} | {len(one):,} | {found:.2%} | {wrong.sum()} |"


def on_real_data(name: str, corpus: Corpus, seeds: int) -> str:
    """Say how much of the test sets was seen in training, and what a model of all labels scores with each split."""
    group = groups(corpus.texts)
    found = summary(group, corpus.labels)
    plain = [split(corpus, 0.2, seed) for seed in range(seeds)]
    kept = [split(corpus, 0.2, seed, groups=group) for seed in range(seeds)]
    seen = [seen_in_training(group, corpus.labels, parts.train, parts.test) for parts in plain]
    share = sum(one.near for one in seen) / sum(one.texts for one in seen)
    counts = {name: np.sum([one.classes[name] for one in seen], axis=0) for name in corpus.classes}
    by_class = {name: near / texts for name, (texts, near) in counts.items()}
    worst = max(by_class, key=lambda name: by_class[name])
    scores = [np.array([macro_f1(corpus, parts) for parts in several]) for several in (plain, kept)]
    said = [f"{each.mean():.3f} ± {each.std(ddof=1):.3f}" for each in scores]
    each = [
        name,
        f"{len(corpus):,}",
        f"{found.texts:,}",
        found.largest,
        f"{share:.1%}",
        f"{worst} {by_class[worst]:.1%}",
    ]
    return f"| {' | '.join(map(str, [*each, *said]))} |"


def macro_f1(corpus: Corpus, parts: Split) -> float:
    features = featurise(corpus.texts, parts.train, FeaturesConfig())
    model = train(corpus, features, parts.train, ClassifierConfig(), parts)
    return evaluate_model(model, corpus, features, parts.train, parts).macro_f1


if __name__ == "__main__":
    main()
