"""From the journal to notices: who is told what because of which entry, and in which words.

:class:`NetworkTeller` is what ``grassroots deliver`` uses: it answers the four questions of the outbox
(``usecases.outbox.teller``) for the rooms of a network.
"""

from grassroots.usecases.telling.teller import NetworkTeller

__all__ = ["NetworkTeller"]
