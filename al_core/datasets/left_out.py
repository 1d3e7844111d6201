"""Left out: why rows of a file are in no corpus, for those who miss them."""

from al_core.datasets.build import IngestNotes


def about_left_out(notes: IngestNotes) -> str:
    """Say what became of the rows that were read, and what to do; nothing if none was left out.

    >>> print(about_left_out(IngestNotes(120, 0, 119, 1, 1, 0)))
    120 rows read: 119 duplicate texts left out, 1 text with conflicting labels, 1 of these left out. Texts are \
duplicates if they are the same once cleaned; see `data.text_column` and `data.cleaning`. A text whose labels tie has \
none to go by; correct them
    """
    advice = {
        "Texts are empty that are missing, or of which nothing visible is left once cleaned; see `data.text_column` "
        "and `data.cleaning`": notes.empty,
        "Texts are duplicates if they are the same once cleaned; see `data.text_column` and `data.cleaning`": (
            notes.duplicates if not notes.empty else 0
        ),
        "A text whose labels tie has none to go by; correct them": notes.conflicts_dropped,
        "Texts of the test file are not learned from": notes.also_in_test,
    }
    given = [what for what, count in advice.items() if count]
    return ". ".join([str(notes), *given]) if given else ""
