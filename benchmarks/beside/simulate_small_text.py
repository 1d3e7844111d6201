"""What examples/simulate.py does, with small-text."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from small_text import BreakingTies, PoolBasedActiveLearner, RandomSampling, SklearnClassifierFactory, SklearnDataset

from al_core import DataConfig, build_corpus

corpus, _ = build_corpus(DataConfig(source="sample"))
rows = np.flatnonzero(corpus.labelled)
train, test = train_test_split(rows, test_size=0.2, stratify=corpus.codes[rows], random_state=0)
vectors = TfidfVectorizer(sublinear_tf=True).fit([corpus.texts[row] for row in train])
features = vectors.transform(corpus.texts)
pool, held_out = (SklearnDataset(features[part], corpus.codes[part]) for part in (train, test))
model = LogisticRegression(class_weight="balanced", max_iter=1000)
for strategy in (BreakingTies(), RandomSampling()):
    learner = PoolBasedActiveLearner(SklearnClassifierFactory(model, len(corpus.classes)), strategy, pool)
    first = np.random.default_rng(0).choice(len(train), 30, replace=False)
    learner.initialize_data(first, pool.y[first])
    for cycle in range(11):
        predicted = learner.classifier.predict(held_out)
        print(strategy, len(learner.y), round(f1_score(held_out.y, predicted, average="macro"), 3))
        if cycle < 10:
            learner.update(pool.y[learner.query(num_samples=25)])
