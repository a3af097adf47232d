"""Guided scripts: what to say, ask and do step by step, and where one is in it.

From the bottom up:

- `script` has the types: a `Script` of `Step`s, each with words, a question, ways on and effects.
- `conditions` is the small language of `when`: it compares what was collected, and can do nothing else.
- `values` says whether what was typed answers a question, and why not.
- `linking` puts the parts that a script uses in their places, so that everything after it sees one flat script.
- `place` is where one is, a frozen value that a case keeps; `run` is what can be done with it (`start`, `answer`,
  `back`, `leave`).
- `ahead` looks forward: which steps are likely still to come, and jumps to one.
- `mistakes` names everything that is wrong with scripts before anybody runs one; `tree` draws one in text.

Two rules hold everywhere. An answer that was given is never lost: going back, jumping, and another version of the
script keep it and offer it again. And only what stands on the path counts in conditions.
"""
