"""Consent at a desk: who agreed to what, by which words, and who withdrew. On paper or in person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import final

from grassroots.contracts.storage import Is
from grassroots.domain.consent import Basis, Consent, ConsentMissing, Notice, Way, agreed, needed, speaks
from grassroots.domain.member import Member
from grassroots.domain.pack import Packs
from grassroots.domain.rights import remembered
from grassroots.errors import BadInput, Missing
from grassroots.usecases.people import about_somebody, somebody
from grassroots.usecases.safeguarding import child_and_guardians
from grassroots.values.ids import ConsentId, MemberId
from grassroots.workspace.acts import Room, act, look
from grassroots.workspace.reading import Reading
from grassroots.workspace.work import Work


@final
class Consents(Room):
    """The room ``desk.consents``. A purpose is one of those that the rule packs list."""

    @act
    def give(
        self,
        work: Work,
        member: MemberId,
        purpose: str,
        *,
        way: Way = Way.PAPER,
        by: MemberId | None = None,
        on: date | None = None,
        sheet: str | None = None,
    ) -> Consent:
        """Write down that somebody agreed; ``by`` is the guardian who did for a child.

        On paper the number of the sheet is told (``sheet``, or that of the desk). The words are those of the
        packs in force; the record keeps their code, version and fingerprint.
        """
        person, day = remembered(work.load(Member, member)), on or work.today
        notice = notice_of(work.office.packs, purpose, day)
        child, guardians = child_and_guardians(work, person, day)
        step = Consent.give(
            id=ConsentId(work.new_id()),
            member=member,
            notice=notice,
            basis=basis_of(work.office.packs, purpose, day),
            on=day,
            way=way,
            by=by,
            sheet=sheet or work.seat.sheet,
            child=child,
            guardians=guardians,
            known=work.find(Consent, Is("member", member)),
        )
        return work.keep(step)

    @act
    def withdraw(
        self,
        work: Work,
        id: ConsentId,
        *,
        way: Way = Way.IN_PERSON,
        by: MemberId | None = None,
        on: date | None = None,
        sheet: str | None = None,
    ) -> Consent:
        """No longer agreed, from this day on. Every way will do, a telephone call as well."""
        consent, day = work.load(Consent, id), on or work.today
        child, guardians = child_and_guardians(work, work.load(Member, consent.member), day)
        speaks(by, child=child and consent.by is not None, guardians=guardians, member=consent.member)
        return work.keep(consent.withdraw(on=day, way=way, by=by, sheet=sheet or work.seat.sheet))

    @look
    def of(self, reading: Reading, member: MemberId) -> list[Consent]:
        """What one person agreed to, in order of entry, withdrawn ones as well; Missing for nobody."""
        return about_somebody(reading, member, reading.list(Consent, Is("member", member)))

    @look
    def agreed(self, reading: Reading, member: MemberId, purpose: str, *, on: date | None = None) -> bool:
        """Whether a purpose is covered for one person on a day: by their consent, or because none is
        needed. Missing for nobody.
        """
        somebody(reading, member)
        day = on or reading.today
        if not needed(basis_of(reading.office.packs, purpose, day)):
            return True
        return agreed(reading.walk(Consent, Is("member", member)), purpose, day)

    @look
    def texts(self, reading: Reading) -> list[Notice]:
        """The words in force, for a form or a notice board."""
        return list(notices(reading.office.packs, reading.today))


def notices(packs: Packs, on: date) -> Iterable[Notice]:
    """The words in force on a day."""
    for code, answer in packs.table("consent_text", on).items():
        value = answer.value
        yield Notice(
            code=code,
            purpose=value["purpose"],
            version=value["version"],
            zh=value["text_zh"],
            en=value["text_en"],
        )


def notice_of(packs: Packs, purpose: str, on: date) -> Notice:
    """The newest words for a purpose; Missing ``consent-text-unknown`` if there are none."""
    found = [one for one in notices(packs, on) if one.purpose == purpose]
    if not found:
        basis_of(packs, purpose, on)
        known = tuple(one.code for one in notices(packs, on))
        raise Missing("consent-text-unknown", purpose=purpose, known=known)
    return max(found, key=lambda one: [int(part) for part in one.version.split(".") if part.isdigit()])


def basis_of(packs: Packs, purpose: str, on: date) -> Basis:
    """On which ground a purpose rests; BadInput ``purpose-unknown`` if the packs do not list it."""
    known = packs.table("purpose", on)
    if purpose not in known:
        raise BadInput("purpose-unknown", what=purpose, known=tuple(known))
    return Basis(known[purpose].value["basis"])


def publishable(reading: Reading, members: Iterable[MemberId], purpose: str) -> frozenset[MemberId]:
    """Those who agreed to be published (or shown, or shared) and did not withdraw."""
    asked = set(members)
    if not needed(basis_of(reading.office.packs, purpose, reading.today)):
        return frozenset(asked)
    standing = reading.walk(Consent, Is("purpose", purpose), Is("standing", True))
    return frozenset(one.member for one in standing if one.member in asked and one.given <= reading.today)


def need_consent(reading: Reading, member: MemberId, purpose: str) -> None:
    """ConsentMissing unless somebody agreed to this purpose."""
    if member not in publishable(reading, (member,), purpose):
        raise ConsentMissing(member=member, purpose=purpose)
