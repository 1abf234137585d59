"""Seals at a desk: seal the journal, and verify that nothing of it was changed since.

Sealing hashes what was written since the last seal; print the code that it gives and hang it up where others
see it. docs/explanation/what-seals-prove.md says what is proved by that, and what is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from grassroots.contracts.storage import Entry, Query, Ref
from grassroots.domain.policy import Action
from grassroots.domain.seal import Anchor, Seal, SealHash, Verification, seal_id
from grassroots.errors import BadInput, Corrupt, Missing
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.fitting import as_asked
from grassroots.workspace.reading import Reading
from grassroots.workspace.signing import Signer, read_public_key
from grassroots.workspace.verifying import PAGE, Progress, Verifier
from grassroots.workspace.work import Work

MOST_WORKERS = 64
"""More processes than that are a slip of the finger."""


@final
class Seals(Room):
    """The room ``desk.seals``."""

    def seal(self, key: str | None = None) -> Seal | None:
        """Seal what was written since the last seal; the newest seal as it stands, None in an empty journal.

        ``key`` (Ed25519: 64 hex digits or PEM) signs it; it is kept by whoever seals, never in the network.
        Sealing nothing new writes nothing. Raises SealKeyWanted when the last seal is signed and no key is
        given, BadInput for a key that is none, MissingExtra without the extra ``seals``, Corrupt when the
        journal has a gap.
        """
        return self._seal(None if key is None else Signer.read(as_asked("key", str, key)))

    @act
    def _seal(self, work: Work, signer: Signer | None) -> Seal | None:
        self._seat.may(work.office.kinds.of(Seal), Action.WRITE)
        previous = next(iter(work.find(Seal, limit=1, backwards=True)), None)
        after, last = (previous.last if previous else 0), work.office.storage.head()
        number, first_page = (previous.number + 1 if previous else 1), True
        made = SealHash(previous.hash if previous else None, number=number, first=after + 1, last=last)
        while after < last:
            page = work.office.storage.journal(after=after, limit=min(PAGE, last - after))
            if not page or page[-1].position != after + len(page):
                raise Corrupt("corrupt", where=f"journal/{after + 1}", problem="gap")
            if first_page and previous is not None and last == after + 1 and _tells(page[0], previous):
                return previous
            made.add(page)
            after, first_page = page[-1].position, False
        if first_page:
            return previous
        return work.keep(
            Seal.make(
                previous,
                last=last,
                hash=made.hex,
                at=work.now,
                public_key=signer.public_key if signer else "",
                sign=signer.sign if signer else None,
            )
        )

    @look
    def all(self, reading: Reading) -> list[Seal]:
        """All seals in order."""
        return reading.list(Seal)

    @look
    def latest(self, reading: Reading) -> Seal | None:
        """The newest seal."""
        found = reading.office.storage.find(Query("seal", limit=1, backwards=True))
        return reading.get(Seal, found[0].ref.id) if found else None

    @look
    def verify(
        self,
        reading: Reading,
        *,
        since: int | None = None,
        anchors: Sequence[str] = (),
        public_keys: Sequence[str] = (),
        workers: int = 1,
        progress: Progress = lambda done, total: None,
    ) -> Verification:
        """Check journal, seals and records, and say in one of four words how it ended.

        ``anchors`` are codes or hashes of seals that were kept outside; ``public_keys`` (hex or PEM) those
        that may have signed. ``since`` is the number of a seal to trust: only what came after is read.
        ``workers`` processes (1 to 64) share the work, each opening the network by its URL; the fact
        ``workers`` of the answer says how many did: one, where no other process can open it (a network in
        memory, a storage that the app gave, kinds that cannot be pickled). The answer is the same.

        Others may write meanwhile. Raises BadInput for an anchor or key that cannot be read and for another
        number of workers, Missing for a seal that is not there, MissingExtra for keys without the extra
        ``seals``.
        """
        if type(workers) is not int or not 1 <= workers <= MOST_WORKERS:
            raise BadInput("verify-workers", what=str(workers), most=MOST_WORKERS)
        return Verifier(
            reading.office,
            start=None if since is None else _start(reading, since),
            anchors=[Anchor.parse(text) for text in anchors],
            public_keys=frozenset(read_public_key(text) for text in public_keys),
            workers=workers,
            progress=progress,
        ).run()


def _start(reading: Reading, number: int) -> Seal:
    found = reading.peek(Seal, seal_id(number))
    if found is None:
        raise Missing("missing", kind="seal", id=str(number))
    return found


def _tells(entry: Entry, seal: Seal) -> bool:
    """Whether this is the fact of that seal itself, which is nothing new."""
    return entry.fact.about == (Ref("seal", seal.id),)
