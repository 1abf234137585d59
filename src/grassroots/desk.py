"""A desk: all rooms of one network, for one actor. Composition, and no rule.

Each room is imported when it is first entered, so that an app pays for what it uses.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, final

import attrs

from grassroots.workspace.office import Seat

if TYPE_CHECKING:
    from grassroots.usecases.access import AccessRoom
    from grassroots.usecases.activities import Activities
    from grassroots.usecases.appointments import Appointments
    from grassroots.usecases.archive import Archive
    from grassroots.usecases.availability import Availabilities
    from grassroots.usecases.callouts import Callouts
    from grassroots.usecases.calls import Calls
    from grassroots.usecases.charters import Charters
    from grassroots.usecases.claims import ClaimsRoom
    from grassroots.usecases.compliance import Compliance
    from grassroots.usecases.concerns import Concerns
    from grassroots.usecases.consents import Consents
    from grassroots.usecases.covers import Covers
    from grassroots.usecases.duties import Duties
    from grassroots.usecases.feeds import Feeds
    from grassroots.usecases.figures import Figures
    from grassroots.usecases.honours import Honours
    from grassroots.usecases.intake import Intakes
    from grassroots.usecases.interventions import Interventions
    from grassroots.usecases.keys import Keys
    from grassroots.usecases.kin import Kin
    from grassroots.usecases.matching import Matching
    from grassroots.usecases.meetings import Meetings
    from grassroots.usecases.members import Members
    from grassroots.usecases.organizations import Organizations
    from grassroots.usecases.outbox.room import Outbox
    from grassroots.usecases.pairings import Pairings
    from grassroots.usecases.policies import Policies
    from grassroots.usecases.reaches import Reaches
    from grassroots.usecases.registers import Registers
    from grassroots.usecases.reports import Reports
    from grassroots.usecases.retention import Retention
    from grassroots.usecases.rights import Rights
    from grassroots.usecases.roles import Roles
    from grassroots.usecases.rotas import Rotas
    from grassroots.usecases.safeguarding import Safeguarding
    from grassroots.usecases.seals import Seals
    from grassroots.usecases.secrets import Secrets
    from grassroots.usecases.stations import Stations
    from grassroots.usecases.suggestions import Suggestions
    from grassroots.usecases.swaps import Swaps
    from grassroots.usecases.teams import Teams
    from grassroots.usecases.workdays import Workdays


@final
class Desk:
    """All rooms, for one actor. Everything read or written goes through a desk."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat

    def once(self, act_id: str) -> Desk:
        """The same desk for one act with the app's own id: sent twice, it is done once."""
        return Desk(attrs.evolve(self.seat, act_id=act_id))

    @cached_property
    def access(self) -> AccessRoom:
        """Who looked, when and why; and the glass that may be broken."""
        from grassroots.usecases.access import AccessRoom

        return AccessRoom(self.seat)

    @cached_property
    def activities(self) -> Activities:
        """Activities, their occurrences and who came."""
        from grassroots.usecases.activities import Activities

        return Activities(self.seat)

    @cached_property
    def appointments(self) -> Appointments:
        """Who holds which role where, and the gaps."""
        from grassroots.usecases.appointments import Appointments

        return Appointments(self.seat)

    @cached_property
    def archive(self) -> Archive:
        """The whole network as one file."""
        from grassroots.usecases.archive import Archive

        return Archive(self.seat)

    @cached_property
    def availability(self) -> Availabilities:
        """When members can come on duty, when they are away, what they would like."""
        from grassroots.usecases.availability import Availabilities

        return Availabilities(self.seat)

    @cached_property
    def callouts(self) -> Callouts:
        """Urgent calls to everybody who fits."""
        from grassroots.usecases.callouts import Callouts

        return Callouts(self.seat)

    @cached_property
    def calls(self) -> Calls:
        """Who is to be rung up, what is to be posted, and what became of it."""
        from grassroots.usecases.calls import Calls

        return Calls(self.seat)

    @cached_property
    def charter(self) -> Charters:
        """The network's own record, and founding it from a charter file."""
        from grassroots.usecases.charters import Charters

        return Charters(self.seat)

    @cached_property
    def claims(self) -> ClaimsRoom:
        """Published statements, held against the records."""
        from grassroots.usecases.claims import ClaimsRoom

        return ClaimsRoom(self.seat)

    @cached_property
    def compliance(self) -> Compliance:
        """The pages that an office owes: processing record, impact assessment, minors' audit."""
        from grassroots.usecases.compliance import Compliance

        return Compliance(attrs.evolve(self.seat, purpose="audit"))

    @cached_property
    def concerns(self) -> Concerns:
        """What residents brought to the desk."""
        from grassroots.usecases.concerns import Concerns

        return Concerns(self.seat)

    @cached_property
    def consents(self) -> Consents:
        """Who agreed to what, and who withdrew."""
        from grassroots.usecases.consents import Consents

        return Consents(self.seat)

    @cached_property
    def covers(self) -> Covers:
        """Whom to ask for a place in a shift, who is on call, who waits."""
        from grassroots.usecases.covers import Covers

        return Covers(self.seat)

    @cached_property
    def duties(self) -> Duties:
        """Shifts, who holds them, and their log."""
        from grassroots.usecases.duties import Duties

        return Duties(self.seat)

    @cached_property
    def feeds(self) -> Feeds:
        """Addresses that calendar programs read, and what they show."""
        from grassroots.usecases.feeds import Feeds

        return Feeds(self.seat)

    @cached_property
    def figures(self) -> Figures:
        """Numbers with the records behind them."""
        from grassroots.usecases.figures import Figures

        return Figures(self.seat)

    @cached_property
    def honours(self) -> Honours:
        """Who is eligible for an honour, and who was given it."""
        from grassroots.usecases.honours import Honours

        return Honours(self.seat)

    @cached_property
    def intake(self) -> Intakes:
        """Sheets in: plan, then apply."""
        from grassroots.usecases.intake import Intakes

        return Intakes(self.seat)

    @cached_property
    def interventions(self) -> Interventions:
        """What patrols stopped."""
        from grassroots.usecases.interventions import Interventions

        return Interventions(self.seat)

    @cached_property
    def kin(self) -> Kin:
        """Who is whose guardian, who lives with whom."""
        from grassroots.usecases.kin import Kin

        return Kin(self.seat)

    @cached_property
    def keys(self) -> Keys:
        """The keys of a sealed network: how they stand, turning them, and their backup."""
        from grassroots.usecases.keys import Keys

        return Keys(self.seat)

    @cached_property
    def matching(self) -> Matching:
        """What people told us for being paired, who suits whom, and plans of pairings."""
        from grassroots.usecases.matching import Matching

        return Matching(self.seat)

    @cached_property
    def meetings(self) -> Meetings:
        """Review meetings: agenda, decisions, minutes."""
        from grassroots.usecases.meetings import Meetings

        return Meetings(self.seat)

    @cached_property
    def members(self) -> Members:
        """People."""
        from grassroots.usecases.members import Members

        return Members(self.seat)

    @cached_property
    def organizations(self) -> Organizations:
        """Outside bodies and places."""
        from grassroots.usecases.organizations import Organizations

        return Organizations(self.seat)

    @cached_property
    def outbox(self) -> Outbox:
        """What is to be told: what waits, what was sent, what died and why."""
        from grassroots.usecases.outbox.room import Outbox

        return Outbox(self.seat)

    @cached_property
    def pairings(self) -> Pairings:
        """Supporters and recipients, and their contacts."""
        from grassroots.usecases.pairings import Pairings

        return Pairings(self.seat)

    @cached_property
    def reach(self) -> Reaches:
        """How people are reached, what they refuse, and the office's own words."""
        from grassroots.usecases.reaches import Reaches

        return Reaches(self.seat)

    @cached_property
    def policy(self) -> Policies:
        """Who may see what, and why."""
        from grassroots.usecases.policies import Policies

        return Policies(self.seat)

    @cached_property
    def registers(self) -> Registers:
        """What is stored, as the registers that offices know."""
        from grassroots.usecases.registers import Registers

        return Registers(self.seat)

    @cached_property
    def reports(self) -> Reports:
        """What a page on the wall says about a period."""
        from grassroots.usecases.reports import Reports

        return Reports(self.seat)

    @cached_property
    def retention(self) -> Retention:
        """What is over: plan, then apply."""
        from grassroots.usecases.retention import Retention

        return Retention(attrs.evolve(self.seat, purpose="rights"))

    @cached_property
    def rights(self) -> Rights:
        """What is kept about somebody, and their rights over it."""
        from grassroots.usecases.rights import Rights

        return Rights(attrs.evolve(self.seat, purpose="rights"))

    @cached_property
    def roles(self) -> Roles:
        """The catalogue of roles and their quotas."""
        from grassroots.usecases.roles import Roles

        return Roles(self.seat)

    @cached_property
    def safeguarding(self) -> Safeguarding:
        """Screenings, and what stands against the rules that protect children."""
        from grassroots.usecases.safeguarding import Safeguarding

        return Safeguarding(self.seat)

    @cached_property
    def rotas(self) -> Rotas:
        """Who should stand where in a period: planned, drafted, published, repaired."""
        from grassroots.usecases.rotas import Rotas

        return Rotas(self.seat)

    @cached_property
    def seals(self) -> Seals:
        """Seals over the journal, and the proof that nothing was changed."""
        from grassroots.usecases.seals import Seals

        return Seals(self.seat)

    @cached_property
    def secrets(self) -> Secrets:
        """Opening what the policy hides, for a purpose and with an entry in the trail."""
        from grassroots.usecases.secrets import Secrets

        return Secrets(self.seat)

    @cached_property
    def stations(self) -> Stations:
        """The network tree, held against its template."""
        from grassroots.usecases.stations import Stations

        return Stations(self.seat)

    @cached_property
    def suggestions(self) -> Suggestions:
        """Campaigns, submissions, and a reply per item."""
        from grassroots.usecases.suggestions import Suggestions

        return Suggestions(self.seat)

    @cached_property
    def swaps(self) -> Swaps:
        """Duties that are given away or exchanged."""
        from grassroots.usecases.swaps import Swaps

        return Swaps(self.seat)

    @cached_property
    def teams(self) -> Teams:
        """Teams, their members, programmes and who takes part."""
        from grassroots.usecases.teams import Teams

        return Teams(self.seat)

    @cached_property
    def workdays(self) -> Workdays:
        """Which days are worked, and where the festivals fall."""
        from grassroots.usecases.workdays import Workdays

        return Workdays(self.seat)
