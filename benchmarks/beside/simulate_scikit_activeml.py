"""What examples/simulate.py does, with scikit-activeml."""

import numpy as np
from skactiveml.classifier import SklearnClassifier
from skactiveml.pool import RandomSampling, UncertaintySampling
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

from al_core import DataConfig, build_corpus

corpus, _ = build_corpus(DataConfig(source="sample"))
rows = np.flatnonzero(corpus.labelled)
train, test = train_test_split(rows, test_size=0.2, stratify=corpus.codes[rows], random_state=0)
vectors = TfidfVectorizer(sublinear_tf=True).fit([corpus.texts[row] for row in train])
pool, held_out = (vectors.transform([corpus.texts[row] for row in part]).toarray() for part in (train, test))
model = LogisticRegression(class_weight="balanced", max_iter=1000)
for strategy in (UncertaintySampling(method="margin_sampling", random_state=0), RandomSampling(random_state=0)):
    learner = SklearnClassifier(model, classes=np.arange(len(corpus.classes)), random_state=0)
    labels = np.full(len(train), np.nan)
    first = np.random.default_rng(0).choice(len(train), 30, replace=False)
    labels[first] = corpus.codes[train][first]
    for cycle in range(11):
        learner.fit(pool, labels)
        score = f1_score(corpus.codes[test], learner.predict(held_out), average="macro")
        print(strategy, int((~np.isnan(labels)).sum()), round(score, 3))
        if cycle < 10:
            more = {"clf": learner} if isinstance(strategy, UncertaintySampling) else {}
            asked = strategy.query(pool, labels, batch_size=25, **more)
            labels[asked] = corpus.codes[train][asked]
