internal import Schema
internal import SwiftProtobuf

/// The filterable fields of interactions and exchange rates.
extension RecordFields {
    static let interaction: [String: RecordField] = [
        "channel": .text { $0.interaction.detail.channel },
        "direction": .choice(.interactionDirection) { $0.interaction.detail.direction.rawValue },
        "start": .instant { Instant(microseconds: $0.interaction.detail.start) },
        "end": .instants { $0.interaction.detail.hasEnd ? [Instant(microseconds: $0.interaction.detail.end)] : [] },
        "sentiment": .choice(.sentiment) { $0.interaction.detail.sentiment.rawValue },
        "purpose": .choice(.interactionPurpose) { $0.interaction.detail.purpose.rawValue },
        "outcome": .choice(.interactionOutcome) { $0.interaction.detail.outcome.rawValue },
        "employeeNumber": .number { _, row in number(row.interaction.detail.employeeNumber) },
        "partyNumber": .numbers { $0.interaction.parties.map { number($0.partyNumber) } },
        "linkNumber": .numbers { $0.interaction.links.map { number($0.number) } },
        "redacted": .boolean { $0.interaction.redacted },
    ]

    static let exchangeRates: [String: RecordField] = [
        "from": .text { $0.exchangeRates.from },
        "to": .text { $0.exchangeRates.to },
    ]
}
