"""The constants of recall, in one place: one set for all data, chosen on dev questions, each with its reason.

They are read when they are needed (``constants.NAME``), so that an assignment here changes every use: so
``python -m benchmarks.sensitivity`` halves and doubles each, and docs/recall.md says what came of it. A part
holds those of one step of a recall, in the order of the steps.
"""

from __future__ import annotations

from typing import Final

# --- candidates: what the searches find
BY_VECTOR: Final = 300  # sentences of a kind by cosine
BY_KEYWORD: Final = 300  # and by BM25
KEYWORD_WEIGHT: Final = 0.6  # of BM25 (best = 1) beside a cosine

# --- linking: which names a question holds
LONGEST_NAME: Final = 16  # words; a title may be a sentence
MOST_WORDS: Final = 400  # of a question are looked at: a pasted page is no reason to look up 6,400 names

# --- subgraph: the part of the graph that a question touches
HUB: Final = 1000  # an entity in more sentences says little, and is never expanded
OF_SEED: Final = 100  # sentences of each linked entity
EXPANDED: Final = 50  # entities that two steps make heaviest, and of each the OF_EXPANDED best sentences
OF_EXPANDED: Final = 100  # as many as of a linked entity: it may be the one that is asked about

# --- walk: what is near the question in that part
DAMPING: Final = 0.9  # of the mass goes on at each step; the rest starts again
LOOK: Final = 2  # steps before the expansion,
STEPS: Final = 6  # and after it: three hops from name to name, by the sentences between them
SEED_SHARE: Final = 0.8  # of the restart goes to linked entities, the rest to the best sentences
BEST_SENTENCES: Final = 10  # that share that rest
SOFTNESS: Final = 0.05  # temperature of the best sentences' shares
DEFINITION: Final = 30.0  # added to an edge into a sentence that stands under the entity as its title
TEMPERATURE: Final = 0.15  # of cosines in edge weights
DATE_WEIGHT: Final = 0.2  # dates connect much and mean little
OUTSIDE_QUANTILE: Final = 0.1  # an edge that is not in the subgraph is as light as its light ones

# --- second hop: the question again, about the names that the walk found
SUFFICIENT: Final = 3  # passages of which one may answer all by itself, and no second hop is needed
BRIDGES: Final = 8  # names to ask about; each is a text to encode
BRIDGES_AMONG: Final = 40  # heavy names among which bridges are chosen
BRIDGE_NAMED: Final = 2  # sentences that must name a bridge: what is named once leads nowhere
BRIDGE_OWN: Final = 0.6  # of a cosine to the question itself, beside one to what is asked of a bridge
BRIDGE_POWER: Final = 0.4  # of a bridge's share of mass: the first is often not the right one

# --- third hop: the question goes on from what answers it about a bridge
CHAINS: Final = 8  # names to ask about; each is a text to encode
CHAINS_AMONG: Final = 40  # names in best answers among which these are chosen
CHAIN: Final = 0.8  # of what an answer counts, times how good the answer before it was

# --- paragraphs: the score of one, and the first hits between them
BY_MASS: Final = 50  # passages that are scored because the walk reached them
BY_RELEVANCE: Final = 10  # and because a sentence of theirs fits the question
FLOOR: Final = 0.01  # of a passage that the walk does not reach
EVIDENCE: Final = 0.1  # of the best sentence beside the mass of the walk: it tells equals apart
ANSWER: Final = 5.0  # and how much its answer to a bridge's question; 4 to 6 do as well
COVERING: Final = 5  # hits are chosen for what they add; the rest keep their order
COVERING_AMONG: Final = 30  # so many of the best
COVERAGE: Final = 2.0  # of the share of the question's words newly covered, beside ln(score)
COVERAGE_NAMES: Final = 1.0  # and of the share of its names
LINK: Final = 3.0  # of a name that leads on from a passage chosen before, as a second hop does
LINK_NAMED: Final = 0.6  # of a link by a name that is neither's title

# --- long texts: paragraphs that lean on what stands around them
LONG_TEXT: Final = 10  # passages of a text in which what stands around one tells what it is about
TEXTS_AMONG: Final = 10  # first passages whose texts are looked at: no other text brings one among them
AROUND: Final = 0.5  # of what stands around a paragraph in its text, beside what it says; to .85 as good

# --- surroundings: which turns and records are scored
CENTRES: Final = 200  # turns whose surroundings are looked at, by cosine and by words half each,
IN_TIME: Final = 100  # and those of the time that is asked about
OF_WORD: Final = 300  # turns that are looked at for each word of a question
REACH: Final = 6  # turns before and after a found one that are looked at, and lend it their words
OF_DAY: Final = 200  # records of a day, at most

# --- turns: the score of a turn or record; cosine to the question = 1
BESIDE: Final = 0.3  # of the cosines and the likeness of the turn before and the turn after
LIKE: Final = 0.6  # of the likeness of the turn's own words
CONTEXT: Final = 1.0  # of the keyword score with what is around it
LIKE_CONTEXT: Final = 1.5  # of the likeness with what is around it
SESSION: Final = 0.6  # of the keyword score of the session
TIME: Final = 2.5  # for what happened at the time that is asked about
SPEAKER: Final = 0.4  # for a turn of the one speaker whom the question names
ASKS: Final = 0.6  # against a turn that asks itself
LENGTH: Final = 0.3  # for a turn of LENGTHY or more words: a short one says little
LENGTHY: Final = 3.0  # ln(1 + different words) of a turn that is long enough: about twenty

# --- notes: what is found lends to what a note says belongs to it
RELATED: Final = 0.8  # of what the note of a record holds; .5 to 1.2 do as well
RELATED_AMONG: Final = 3  # best records whose notes lend; 4 do as well, ten say too much
KEYS: Final = 2.0  # of the cosine of a turn's best key to the question, put to a speaker; 1 to 3 do as well

# --- context: what a turn lends of its words to those around it
CONTEXT_BACK: Final = 0.7  # to the next one, and so on, step by step
CONTEXT_FORWARD: Final = 0.5  # to the one before it: what follows explains less
CONTEXT_ASKED: Final = 1.0  # to the next one if it asks: an answer need not say the words of its question
K_TURN: Final = 0.9  # saturation of a word in a turn with its context
K_SESSION: Final = 1.2  # and in a session,
B_SESSION: Final = 0.75  # which the length of sessions evens out

# --- likeness: what a turn lends of its matches with words of like meaning
LIKE_BACK: Final = 0.4  # to the next one: a match by meaning is less sure than a word
LIKE_FORWARD: Final = 0.5  # to the one before it
LIKE_ASKED: Final = 0.9  # to the next one if it asks
LIKE_REACH: Final = 4  # turns far: the tokens of all that is within reach are read
LIKE_AMONG: Final = 100  # turns that are looked at, and what is around them
LIKE_PIECES: Final = 256  # pieces of a question that are compared: as many as the encoder reads
LIKE_ASKING: Final = 0.5  # of a match of a word that every question is made of
LIKE_LEAST: Final = 0.2  # of a match of all words that the best counts as at least; answers have .16 and more
SHARPNESS: Final = 1.5  # power of a match: a good one counts for more than two poor ones

# --- time: how near to what is asked about
DAYS_AWAY: Final = 2.0  # days outside a day or week by which nearness falls to 1/e
MONTHS_AWAY: Final = 5.0  # and outside a month or season
MOST_DAYS: Final = 62  # of a span are looked up by name; what happened in a longer one is found by words

# --- kinds: paragraphs, turns and records in one ranking
GATE: Final = 10.0  # how fast a kind falls behind that fits the question less

# --- taught: what was learned from use
TAUGHT_AMONG: Final = 40  # best passages of a kind that it may move: lessons are of such alone

# --- duplicates: the same text in several documents takes one place
ALONE: Final = 80  # characters; of equal texts a shorter one ("He won.") means what its title says

# --- ties: what counts as equal, in masses and scores
TIE: Final = 6  # decimals that tell two apart; equal ones are ordered by id

# --- confidence: whether the memory tells what is asked
# A logistic regression, each set and each side of it weighing the same: questions that the dev chats of
# LoCoMo answer against those put to another chat and those of a false premise, and questions of EpBench's
# book with and without an event in it. Fitted on one half, AUROC on the other: .986, .806, .836.
CONFIDENT_NEAR: Final = 8.72  # of the greatest cosine of a sentence to the question
CONFIDENT_SAID: Final = 2.46  # of the share of the question's words that one of the best passages says
CONFIDENT_WHOSE: Final = 15.0  # of the margin of who is named, as far as anybody says it; 13 to 20 do
CONFIDENT_BIAS: Final = -6.14  # of nothing at all
CONFIDENT_AMONG: Final = 5  # best passages that may say it

# --- why: the way that is told of a hit
LONGEST_WAY: Final = 6  # nodes: more than anyone follows
CARRIED: Final = 0.25  # of a node's mass must have come over an edge for the way to go back over it
