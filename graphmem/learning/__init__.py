"""Learning from use: what was found useful for questions of a kind tunes how the next ranking is weighed.

As the retrospective reflection of RMM (Tan et al. 2025, "In Prospect and Retrospect: Reflective Memory
Management for Long-term Personalized Dialogue Agents"): which hits were cited tunes the ranking on line.
There a policy gradient adapts the embeddings of a reranker; here a few dozen weights of named parts are
fitted, so that what was learned can be read, bounded and taken back.

Nothing of it is stored beside the uses (``graphmem.uses``): the weights are a function of the set of uses
that are there, in whatever order they came and went. So feedback goes with a source that is forgotten, and
comes back when that is undone.
"""
