"""What members of a committee disagree on, against the formulas of the papers."""

import numpy as np
import pytest
from scipy.special import rel_entr

from al_core.strategies import Pool, ask, strategy_of
from al_core.strategies.committee import consensus_entropy, kl_disagreement, vote_entropy
from al_core.strategies.uncertainty import bald, entropy

SCORERS = {"vote_entropy": vote_entropy, "consensus_entropy": consensus_entropy, "kl_disagreement": kl_disagreement}
every_one = pytest.mark.parametrize("name", SCORERS)


def a_committee(members=5, n=40, classes=4, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(classes), (members, n))


def chosen(name, committee, k, seed=0):
    pool = Pool(np.arange(committee.shape[1]), committee=committee)
    return ask(strategy_of(name), pool, k, np.random.default_rng(seed)).positions.tolist()


def test_votes_two_to_one_have_the_entropy_of_thirds():
    committee = np.array([[[0.9, 0.1]], [[0.8, 0.2]], [[0.3, 0.7]]])
    assert vote_entropy(committee) == pytest.approx(np.log(3) - 2 / 3 * np.log(2))


def test_a_member_that_ties_votes_for_the_first_of_the_tied():
    committee = np.array([[[0.5, 0.5]], [[0.9, 0.1]]])
    assert vote_entropy(committee) == pytest.approx(0)


def test_members_that_contradict_each_other_have_a_consensus_of_ln_2():
    committee = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
    assert consensus_entropy(committee) == kl_disagreement(committee) == pytest.approx(np.log(2))


def test_members_that_agree_to_be_unsure_do_not_disagree():
    committee = np.array([[[0.5, 0.5]], [[0.5, 0.5]]])
    assert consensus_entropy(committee) == pytest.approx(np.log(2))
    assert kl_disagreement(committee) == 0


def test_votes_are_counted_as_one_by_one():
    committee = a_committee(members=7)
    naive = []
    for text in range(committee.shape[1]):
        votes = [max(range(4), key=lambda label: member[text][label]) for member in committee]
        shares = [votes.count(label) / 7 for label in set(votes)]
        naive.append(-sum(share * np.log(share) for share in shares))
    np.testing.assert_allclose(vote_entropy(committee), naive, atol=1e-12)


def test_disagreement_is_the_mean_divergence_from_the_consensus_and_what_bald_computes():
    committee = a_committee()
    naive = np.mean([rel_entr(member, committee.mean(axis=0)).sum(axis=1) for member in committee], axis=0)
    np.testing.assert_allclose(kl_disagreement(committee), naive, atol=1e-12)
    np.testing.assert_allclose(kl_disagreement(committee), bald(committee), atol=1e-12)


def test_one_member_disagrees_with_nobody_and_its_consensus_is_its_own():
    committee = a_committee(members=1)
    assert kl_disagreement(committee).tolist() == [0] * 40
    np.testing.assert_allclose(vote_entropy(committee), 0)
    np.testing.assert_allclose(consensus_entropy(committee), entropy(committee[0]))


@every_one
def test_the_order_of_members_and_of_classes_does_not_matter(name):
    committee = a_committee()
    for other in (committee[::-1], committee[:, :, ::-1]):
        np.testing.assert_allclose(SCORERS[name](other), SCORERS[name](committee), atol=1e-12)


@every_one
def test_the_text_they_disagree_on_most_is_asked_for_first(name):
    sure, contradicted, split = [0.9, 0.1], [0.1, 0.9], [0.6, 0.4]
    committee = np.array([[sure, sure, sure], [sure, contradicted, split]])
    assert chosen(name, committee, 1) == [1]


@every_one
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 1), (2, 1, 3)])
def test_one_text_or_one_class_will_do(name, shape):
    assert sorted(chosen(name, a_committee(*shape), shape[1])) == list(range(shape[1]))


@every_one
def test_certain_members_give_no_nan_and_what_is_given_stays_as_it_is(name):
    committee = np.repeat(np.eye(3)[:, None], 4, axis=1)
    committee.setflags(write=False)
    np.testing.assert_allclose(SCORERS[name](committee), np.log(3), atol=1e-12)


@every_one
def test_ties_are_broken_at_random(name):
    committee = np.full((2, 30, 2), 0.5)
    assert chosen(name, committee, 5) == chosen(name, committee, 5) != chosen(name, committee, 5, seed=1)
