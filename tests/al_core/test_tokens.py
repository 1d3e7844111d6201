"""Tokens: every text in one batch, padded to its longest, cut at the limit, and back from Parquet bit for bit."""

from io import BytesIO

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.encoders.weights import load_tokenizer
from al_core.features import Tokens, tokenise

lists_of_ids = st.lists(st.lists(st.integers(1, 50_000), max_size=20), max_size=30)


def lists_of(tokens):
    return [
        tokens.ids[start:stop].tolist() for start, stop in zip(tokens.offsets[:-1], tokens.offsets[1:], strict=True)
    ]


@given(lists_of_ids)
def test_texts_come_back_as_they_were_given(lists):
    tokens = Tokens.of(lists, pad=0)
    assert lists_of(tokens) == lists
    assert len(tokens) == len(lists)
    assert tokens.lengths.tolist() == [len(ids) for ids in lists]


@given(lists_of_ids, st.data())
def test_picked_rows_are_those_texts_in_that_order(lists, data):
    rows = data.draw(st.lists(st.integers(0, len(lists) - 1))) if lists else []
    picked = Tokens.of(lists, pad=7)[np.array(rows, dtype=np.int64)]
    assert lists_of(picked) == [lists[row] for row in rows]
    assert picked.pad == 7


@given(lists_of_ids.filter(any), st.integers(0, 3))
def test_a_matrix_holds_the_texts_and_padding_and_says_which_is_which(lists, pad):
    tokens = Tokens.of(lists, pad)
    matrix, filled = tokens.padded(np.arange(len(lists)))
    assert matrix.shape == filled.shape == (len(lists), max(map(len, lists)))
    assert [row[there].tolist() for row, there in zip(matrix, filled, strict=True)] == lists
    assert (matrix[~filled] == pad).all()
    assert (np.diff(filled.astype(int), axis=1) <= 0).all(), "padding is at the end"


@given(lists_of_ids, st.integers(1, 100))
def test_batches_hold_every_text_once_and_no_more_tokens_than_asked_for(lists, size):
    tokens = Tokens.of(lists, pad=0)
    batches = list(tokens.batches(size))
    assert sorted(row for rows in batches for row in rows.tolist()) == list(range(len(lists)))
    for rows in batches:
        assert len(rows) * tokens.lengths[rows].max() <= size or len(rows) == 1
    longest = [tokens.lengths[rows].max() for rows in batches]
    assert longest == sorted(longest, reverse=True)


@given(lists_of_ids)
def test_tokens_come_back_from_parquet_bit_for_bit(lists):
    tokens = Tokens.of(lists, pad=3)
    buffer = BytesIO()
    pq.write_table(tokens.to_table(), buffer)
    back = Tokens.from_table(pq.read_table(BytesIO(buffer.getvalue())))
    assert back.pad == 3
    for name in ("ids", "offsets"):
        np.testing.assert_array_equal(getattr(back, name), getattr(tokens, name), strict=True)


def test_tokens_come_back_from_several_row_groups():
    tokens = Tokens.of([[n] * (n % 5) for n in range(100)], pad=0)
    buffer = BytesIO()
    pq.write_table(tokens.to_table(), buffer, row_group_size=7)
    back = Tokens.from_table(pq.ParquetFile(BytesIO(buffer.getvalue())).read())
    assert lists_of(back) == lists_of(tokens)


@pytest.mark.parametrize("max_length", [4, 10, 64])
def test_texts_are_read_as_the_encoder_does_and_lose_their_end(tiny_encoder, max_length):
    texts = ("hello you", "", "ünknown ✓ letters", "long " * 50)
    tokenizer = load_tokenizer(tiny_encoder)
    tokens = tokenise(texts, tiny_encoder, max_length)
    assert tokens.lengths.max() == max_length
    for text, ids in zip(texts, lists_of(tokens), strict=True):
        whole = tokenizer(text)["input_ids"]
        assert ids == whole if len(whole) <= max_length else ids == [*whole[: max_length - 1], tokenizer.sep_token_id]
    assert tokens.pad == tokenizer.pad_token_id


def test_no_texts_have_no_tokens(tiny_encoder):
    assert len(tokenise((), tiny_encoder, 8)) == 0
