"""Files of other tools: what each wrote as texts, and what people answered, apart from each other."""
