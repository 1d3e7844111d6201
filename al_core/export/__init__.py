"""Export: a model as a folder that loads without alflow, with a card; and what predicts with such a folder."""
