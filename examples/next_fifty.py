"""Write the fifty texts of a table to label next, as `python next_fifty.py mails.csv todo.csv`."""

import sys

import pandas as pd

from al_core import rank

mails = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
ranking = rank(mails["text"], mails["label"], strategy="margin", count=50)
todo = mails.iloc[ranking.positions].assign(score=ranking.scores)
todo.to_csv(sys.argv[2], index=False)
