"""Verification: one pass over the journal, one over the records, on the storage contract alone.

The passes are cut into parts that know nothing of each other (``parts``), so that they can be done one after
the other or by several processes (``crew``); what they found is joined in order (``verifier``, ``chain``).
Who did them makes no difference to the answer.
"""

from grassroots.workspace.verifying.parts import PAGE
from grassroots.workspace.verifying.verifier import Progress, Verifier

__all__ = ["PAGE", "Progress", "Verifier"]
