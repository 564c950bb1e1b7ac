internal import Schema
internal import SwiftProtobuf

/// What the answers about the service say of their figures. A name is the path of the field in the JSON form of the
/// answer;
/// groups have the same figures as `total`.
enum ServiceDefinitions {
    /// Of the figures of a `ServiceFiguresResponse`.
    static let figures: [FigureDefinition] =
        backlog + flow + durations + clocks + work
        + [
            figure(
                "backlogOn.backlog.tickets",
                "Tickets that were neither resolved nor closed nor a part of another ticket when the day ended.",
                .tickets,
                "end of the day")
        ]

    /// Of the figures of a `TicketSummary`.
    static let tickets: [FigureDefinition] = [
        figure("tickets.ageSeconds", "From the opening to the instant of the answer, rounded down.", .seconds),
        figure(
            "tickets.firstResponseSeconds",
            "From the opening to the first reply that the customer saw, or to the claim where the service desk counts "
                + "it, rounded down.", .seconds),
        figure(
            "tickets.firstResponseBusinessSeconds",
            "Business time of the first response by the clock that timed it, without pauses.", .seconds),
        figure("tickets.firstResolutionSeconds", "From the opening to the first resolution, rounded down.", .seconds),
        figure("tickets.lastResolutionSeconds", "From the opening to the last resolution, rounded down.", .seconds),
        figure(
            "tickets.firstResolutionBusinessSeconds",
            "Business time up to the first resolution by the clock that timed it, without pauses.", .seconds),
        figure(
            "tickets.lastResolutionBusinessSeconds",
            "Business time up to the last resolution by the clock that timed it, without pauses.", .seconds),
        figure(
            "tickets.transfers", "How often it went from somebody to somebody else, or to another queue.", .transfers),
        figure(
            "tickets.contacts", "Contacts of the customer: the opening, where it was not ours, and the messages.",
            .contacts),
        figure("tickets.handlingSeconds", "Sum of the handling time that was recorded.", .seconds),
    ]

    private static let closing = "when the ticket came or went"

    private static let backlog: [FigureDefinition] = [
        figure(
            "total.backlog.tickets",
            "Tickets that were neither resolved nor closed nor a part of another ticket at the end of the period.",
            .tickets, "end of the period"),
        figure("total.backlog.pending", "Those of them that waited for somebody else.", .tickets, "end of the period"),
        figure("total.backlog.unassigned", "Those of them on which nobody worked.", .tickets, "end of the period"),
        figure(
            "total.backlog.ages.tickets",
            "Those of them by the time since they were opened: 0-1, 1-3, 3-7, 7-30 and more than 30 days of 24 hours.",
            .tickets, "end of the period"),
    ]

    private static let flow: [FigureDefinition] = [
        figure(
            "total.flow.inflow",
            "Opened + reopened after resolved + reopened after closed + released + moved in. Backlog at the end = "
                + "backlog at the start + inflow - outflow.", .tickets, closing),
        figure("total.flow.opened", "Tickets opened in the period.", .tickets, "date of opening"),
        figure(
            "total.flow.reopenedAfterResolved", "Reopenings of resolved tickets.", .reopenings, "date of reopening"),
        figure("total.flow.reopenedAfterClosed", "Reopenings of closed tickets.", .reopenings, "date of reopening"),
        figure("total.flow.released", "Open tickets that had lived on in another one.", .tickets, closing),
        figure("total.flow.outflow", "Resolved + closed + absorbed + moved out.", .tickets, closing),
        figure(
            "total.flow.resolved", "Resolutions of open tickets; one that was reopened counts each time.", .tickets,
            "date of resolution"),
        figure(
            "total.flow.closed", "Tickets closed without having been resolved before.", .tickets, "date of closing"),
        figure("total.flow.absorbed", "Open tickets that live on in another one.", .tickets, closing),
        figure("total.flow.movedIn", "Open tickets that came to the filter or group.", .tickets, closing),
        figure("total.flow.movedOut", "Open tickets that left the filter or group.", .tickets, closing),
        figure("total.flow.backlogAtStart", "Open tickets when the period began.", .tickets, "start of the period"),
    ]

    private static let durations: [FigureDefinition] = [
        duration(
            "firstResponse",
            "From the opening to the first reply that the customer saw, or to the claim where the service desk counts "
                + "it; only where no reopening came before.", "date of the response"),
        duration(
            "reopenedResponse", "From a reopening to the first response after it: a cycle of its own.",
            "date of the response"),
        duration(
            "nextResponse",
            "From a message of the customer that waited for an answer, after the first response, to the reply.",
            "date of the reply"),
        duration("firstResolution", "From the opening to the first resolution.", "date of the first resolution"),
        duration(
            "lastResolution",
            "From the opening to the last resolution; of tickets not reopened after it as of the "
                + "instant.", "date of the last resolution"),
    ]

    private static let clocks: [FigureDefinition] = [
        duration(
            "firstResponseBusiness",
            "Business time of first responses before any reopening, by their clock, without "
                + "pauses.", "when the clock stopped"),
        duration(
            "nextResponseBusiness", "Business time of next responses, by their clock, without pauses.",
            "when the clock stopped"),
        duration(
            "firstResolutionBusiness", "Business time up to the first resolution, by its clock, without pauses.",
            "when the clock stopped"),
        duration(
            "lastResolutionBusiness",
            "Business time up to the last resolution, by its clock, without pauses; of tickets "
                + "not reopened after it as of the instant.", "when the clock stopped"),
        figure(
            "total.attainment.rate",
            "Met / (met + breached), per clock; each cycle of a clock counts once, as it stands as of the instant.",
            .share, "when the clock stopped; of a breach when its time was over"),
    ]

    private static let work: [FigureDefinition] = [
        figure(
            "total.reopenRate",
            "Resolutions of the period that a reopening undid up to the instant / resolutions of the period.", .share,
            "date of resolution"),
        figure(
            "total.transfers",
            "How often tickets went from somebody to somebody else, or to another queue; taking from the pool and "
                + "giving back are none. It counts where the ticket went from.", .transfers, "date of the transfer"),
        figure("total.escalations.escalations", "Escalations to the level.", .escalations, "date of the escalation"),
        figure(
            "total.escalationRate", "Tickets escalated in the period, each once / tickets opened in the period.",
            .share,
            "date of the escalation and of the opening"),
        figure(
            "total.handling.mean",
            "Recorded handling time up to the last resolution / tickets whose last resolution is in the period; those "
                + "without any count as 0.", .seconds, "date of the last resolution"),
        figure(
            "total.firstContactGross",
            "First resolutions after exactly one contact of the customer / first resolutions.", .share,
            "date of the first resolution"),
        figure(
            "total.firstContactNet",
            "First resolutions after exactly one contact of the customer that were not undone within 7 days / first "
                + "resolutions.", .share, "date of the first resolution"),
    ]

    /// What figures count.
    private enum Unit: String {
        case tickets
        case reopenings
        case transfers
        case contacts
        case escalations
        case seconds
        case share = "share from 0 to 1"
    }

    private static func duration(_ name: String, _ definition: String, _ date: String) -> FigureDefinition {
        figure(
            "total.\(name)",
            "\(definition) Mean, median and 90th percentile of all values; percentiles by linear interpolation between "
                + "closest ranks (R-7).", .seconds, date)
    }

    private static func figure(
        _ name: String, _ definition: String, _ unit: Unit, _ dateBasis: String = ""
    ) -> FigureDefinition {
        var figure = FigureDefinition()
        figure.name = name
        figure.definition = definition
        figure.unit = unit.rawValue
        figure.dateBasis = dateBasis
        return figure
    }
}
