"""Query by committee: texts whose class the members of a committee disagree on.

[seung1992] Seung, Opper & Sompolinsky, Query by committee, COLT 1992.
[dagan1995] Dagan & Engelson, Committee-based sampling for training probabilistic classifiers, ICML 1995.
[mccallum1998] McCallum & Nigam, Employing EM and pool-based active learning for text classification, ICML 1998.
[settles2009] Settles, Active learning literature survey, University of Wisconsin-Madison, TR 1648, 2009, section 3.2.
"""

import numpy as np

from al_core.strategies.base import strategy
from al_core.strategies.uncertainty import entropy


@strategy(cost="n m c", source="Dagan & Engelson 1995")
def vote_entropy(committee: np.ndarray) -> np.ndarray:
    """Score each text by the entropy of the members' votes for its class.

    A member votes for its likeliest class, for the first of several.

    Parameters: committee : (m, n, c) float, class probabilities by each member
    Returns:    (n,) float in [0, ln min(m, c)]; higher = query sooner
    References: [dagan1995]
    >>> one, other = [[0.9, 0.1], [0.9, 0.1]], [[0.6, 0.4], [0.4, 0.6]]
    >>> vote_entropy(np.array([one, other])).round(4) + 0
    array([0.    , 0.6931])
    """
    classes = np.arange(committee.shape[2])
    votes = sum(member.argmax(axis=1)[:, None] == classes for member in committee)
    return entropy(votes / len(committee))


@strategy(cost="n m c", source="Settles 2009, soft vote entropy")
def consensus_entropy(committee: np.ndarray) -> np.ndarray:
    """Score each text by the entropy of the members' mean class probabilities (soft vote entropy).

    Members that agree to be unsure score as high as members that disagree; `kl_disagreement` tells them apart.

    Parameters: committee : (m, n, c) float, class probabilities by each member
    Returns:    (n,) float in [0, ln c]; higher = query sooner
    References: [settles2009]
    >>> unsure, sure, other = [0.5, 0.5], [1.0, 0.0], [0.0, 1.0]
    >>> consensus_entropy(np.array([[unsure, sure, sure], [unsure, other, sure]])).round(4) + 0
    array([0.6931, 0.6931, 0.    ])
    """
    return entropy(committee.mean(axis=0))


@strategy(cost="n m c", source="McCallum & Nigam 1998")
def kl_disagreement(committee: np.ndarray) -> np.ndarray:
    """Score each text by how far the members are from their consensus, in Kullback-Leibler divergence.

    The mean over the members of KL(member || consensus) is the entropy of the consensus less the members' mean
    entropy: what `bald` computes, of passes with dropout, and what is called Jensen-Shannon divergence. modAL takes
    the largest of the members' divergences instead of their mean.

    Parameters: committee : (m, n, c) float, class probabilities by each member
    Returns:    (n,) float in [0, ln min(m, c)]; higher = query sooner
    References: [mccallum1998]
    >>> unsure, sure, other = [0.5, 0.5], [1.0, 0.0], [0.0, 1.0]
    >>> kl_disagreement(np.array([[unsure, sure, sure], [unsure, other, sure]])).round(4)
    array([0.    , 0.6931, 0.    ])
    """
    own = np.mean([entropy(member) for member in committee], axis=0)
    return np.maximum(consensus_entropy(committee) - own, 0)
