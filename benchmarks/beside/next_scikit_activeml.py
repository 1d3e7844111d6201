"""What examples/next_fifty.py does, with scikit-activeml."""

import sys

import numpy as np
import pandas as pd
from skactiveml.classifier import SklearnClassifier
from skactiveml.pool import UncertaintySampling
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

mails = pd.read_csv(sys.argv[1])
codes, classes = pd.factorize(mails["label"], sort=True)
labels = np.where(codes < 0, np.nan, codes.astype(float))
features = TfidfVectorizer(sublinear_tf=True).fit_transform(mails["text"]).toarray()
model = SklearnClassifier(
    LogisticRegression(class_weight="balanced", max_iter=1000), classes=np.arange(len(classes)), random_state=0
)
strategy = UncertaintySampling(method="margin_sampling", random_state=0)
positions, scores = strategy.query(features, labels, model, batch_size=50, return_utilities=True)
mails.iloc[positions].assign(score=scores[0, positions]).to_csv(sys.argv[2], index=False)
