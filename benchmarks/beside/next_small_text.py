"""What examples/next_fifty.py does, with small-text."""

import sys

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from small_text import BreakingTies, PoolBasedActiveLearner, SklearnClassifierFactory, SklearnDataset

mails = pd.read_csv(sys.argv[1])
codes, classes = pd.factorize(mails["label"], sort=True)
features = TfidfVectorizer(sublinear_tf=True).fit_transform(mails["text"])
data = SklearnDataset(features, codes.clip(0), target_labels=np.arange(len(classes)))
model = LogisticRegression(class_weight="balanced", max_iter=1000)
learner = PoolBasedActiveLearner(SklearnClassifierFactory(model, len(classes)), BreakingTies(), data)
labelled = np.flatnonzero(codes >= 0)
learner.initialize_data(labelled, codes[labelled])
positions = learner.query(num_samples=50)
mails.iloc[positions].assign(score=learner.query_strategy.scores_[positions]).to_csv(sys.argv[2], index=False)
