internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct InteractionRecordTests {
    private let start = Instant.day(3, seconds: 3_600)

    private var detail: InteractionDetail {
        .with {
            $0.channel = "phone"
            $0.direction = .inbound
            $0.start = start.rawValue
            $0.end = start.rawValue + 90_500_000
            $0.sentiment = .negative
            $0.purpose = .complaint
            $0.outcome = .reached
            $0.employeeNumber = 77
        }
    }

    private func party(_ number: StreamNumber, _ role: InteractionRole = .participant) -> InteractionParty {
        .with {
            $0.partyNumber = number.rawValue
            $0.role = role
        }
    }

    /// An interaction with two parties, for each of whom the text is sealed.
    private func logged(_ log: inout LogSketch) throws -> (interaction: StreamNumber, parties: [StreamNumber]) {
        let parties = try (0..<2).map { _ in try log.begin(.party, .partyRegistered()) }
        let interaction = try log.begin(
            .interaction,
            .interactionLogged(
                .with {
                    $0.detail = detail
                    $0.parties = [party(parties[0]), party(parties[1], .represented)]
                    $0.links = [
                        .with {
                            $0.kind = .order; $0.number = 9
                        }
                    ]
                    $0.hasContent_p = true
                }), at: start, subjects: parties.map { ($0, .participant) },
            personal: .interactionLogged(
                .with {
                    $0.content.subjectLine = "Broken"
                    $0.content.text = "It does not start."
                }), parts: 2)
        return (interaction, parties)
    }

    private func sealed(_ stream: StreamNumber, _ log: LogSketch) throws -> SealedRecord {
        try #require(try Directory.record(stream, in: try log.fold(Directory.self)))
    }

    @Test func `an interaction's record shows what was recorded, and its text when a part is opened`() throws {
        var log = LogSketch()
        let (interaction, parties) = try logged(&log)
        let sealed = try sealed(interaction, log)
        #expect(!sealed.record.interaction.hasContent && sealed.sealed.count == 2)
        let record = try log.opened(sealed).interaction
        #expect(record.channel == "phone" && record.direction == .inbound && record.sentiment == .negative)
        #expect(record.purpose == .complaint && record.outcome == .reached && record.employeeNumber == 77)
        #expect(Instant(record.start) == start && record.durationSeconds == 90)
        #expect(record.parties == [party(parties[0]), party(parties[1], .represented)])
        #expect(record.links.map(\.number) == [9])
        #expect(record.content.subjectLine == "Broken" && record.content.text == "It does not start.")
    }

    @Test func `the text is erased when it is for every party, and not before`() throws {
        var log = LogSketch()
        let (interaction, _) = try logged(&log)
        let sealed = try sealed(interaction, log)
        let (first, second) = (sealed.sealed[0], sealed.sealed[1])
        let text = try #require(log.sealed[second.reference])
        for erasedFirst in [true, false] {
            var record = sealed.record
            if erasedFirst { record.markErased(first) }
            record.fill(second, with: text)
            if !erasedFirst { record.markErased(first) }
            #expect(!record.interaction.erased && record.interaction.content.subjectLine == "Broken")
        }
        var record = sealed.record
        record.markErased(first)
        record.markErased(second)
        #expect(record.interaction.erased && !record.interaction.hasContent)
    }

    @Test func `corrections, links and hidden texts change the record`() throws {
        var log = LogSketch()
        let (interaction, parties) = try logged(&log)
        let third = try log.begin(.party, .partyRegistered())
        try log.append(
            interaction,
            .interactionCorrected(
                .with {
                    $0.detail = detail
                    $0.detail.channel = "email"
                    $0.detail.clearEnd()
                    $0.parties = [party(parties[0])]
                    $0.contentReplaced = true
                }), subjects: [(parties[1], .mentioned), (parties[0], .participant)],
            personal: .interactionCorrected(.with { $0.content.text = "It does." }))
        try log.append(
            interaction,
            .interactionLinked(
                .with {
                    $0.removed = [
                        .with {
                            $0.kind = .order; $0.number = 9
                        }
                    ]
                    $0.added = [
                        .with {
                            $0.kind = .opportunity; $0.number = 12
                        }
                    ]
                    $0.addedParties = [party(third, .mentioned)]
                }), subjects: [(parties[0], .participant), (third, .mentioned)])
        var record = try log.opened(try sealed(interaction, log)).interaction
        #expect(record.channel == "email" && !record.hasEnd && !record.hasDurationSeconds)
        #expect(record.parties == [party(parties[0]), party(third, .mentioned)])
        #expect(record.links.map(\.number) == [12])
        try log.append(interaction, .interactionRedacted(.init()), subjects: [(parties[0], .participant)])
        let redacted = try sealed(interaction, log)
        record = try log.opened(redacted).interaction
        #expect(record.redacted && !record.hasContent && redacted.sealed.isEmpty)
    }

    @Test func `what is sealed for a reason alone is no text`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let interaction = try log.begin(
            .interaction,
            .interactionLogged(
                .with {
                    $0.detail = detail
                    $0.parties = [self.party(party, .mentioned)]
                    $0.hasContent_p = true
                }), subjects: [(party, .mentioned), (party, .mentioned)], personal: .reason(.with { $0.reason = "so" }))
        #expect(try sealed(interaction, log).sealed.isEmpty)
    }

    @Test func `interactions are found by what stands open of them`() throws {
        var log = LogSketch()
        let (interaction, parties) = try logged(&log)
        let store = try log.fold(Directory.self)
        func found(_ field: String, _ operation: FilterOperator, _ value: String) throws -> Bool {
            let request = ListRequest.with {
                $0.kind = .interaction
                $0.filters = [
                    .with {
                        $0.field = field; $0.operator = operation; $0.value = value
                    }
                ]
            }
            return try Directory.list(request, in: store).records.map(\.record.number) == [interaction.rawValue]
        }
        #expect(try found("channel", .equals, "phone") && !found("channel", .equals, "email"))
        #expect(try found("direction", .equals, "inbound") && found("purpose", .equals, "complaint"))
        #expect(try found("sentiment", .equals, "negative") && found("outcome", .equals, "reached"))
        #expect(try found("partyNumber", .equals, "\(parties[1])") && !found("partyNumber", .equals, "4711"))
        #expect(try found("linkNumber", .equals, "9") && found("employeeNumber", .equals, "77"))
        #expect(try found("start", .atLeast, "2024-01-04") && !found("end", .atLeast, "2024-01-05"))
        #expect(try !found("redacted", .equals, "true"))
    }
}
