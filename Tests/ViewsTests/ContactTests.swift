internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct ContactTests {
    private func detail(
        _ channel: String, _ direction: InteractionDirection, _ start: Instant, _ sentiment: Sentiment = .unspecified
    ) -> InteractionDetail {
        .with {
            $0.channel = channel
            $0.direction = direction
            $0.start = start.rawValue
            $0.sentiment = sentiment
        }
    }

    private func with(_ party: StreamNumber, _ role: InteractionRole = .participant) -> InteractionParty {
        .with {
            $0.partyNumber = party.rawValue
            $0.role = role
        }
    }

    @discardableResult
    private func log(
        _ log: inout LogSketch, _ detail: InteractionDetail, _ parties: [InteractionParty]
    ) throws -> StreamNumber {
        try log.begin(
            .interaction,
            .interactionLogged(
                .with {
                    $0.detail = detail
                    $0.parties = parties
                }), at: Instant(microseconds: detail.start),
            subjects: parties.map { (StreamNumber($0.partyNumber), .participant) })
    }

    private func customer(_ log: LogSketch, _ party: StreamNumber, asOf: Instant) throws -> Customer {
        try #require(try Customer360.view(of: party, asOf: asOf, in: try log.fold(Customer360.self))).customer
    }

    @Test func `the figures of contacts are those computed by hand`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let other = try log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        try log.begin(.organisation, .organisationSet(.with { $0.zone = "Asia/Tokyo" }))
        #expect(!(try customer(log, party, asOf: .day(0)).hasInteractions))
        let ours = [with(party)]
        // As of day 400: 01:00 UTC is 10 in Tokyo.
        try self.log(&log, detail("phone", .inbound, .day(20, seconds: 3_600), .veryNegative), ours)
        try self.log(&log, detail("email", .inbound, .day(250, seconds: 3_600), .neutral), ours)
        try self.log(&log, detail("email", .inbound, .day(300, seconds: 7_200), .positive), ours)
        try self.log(&log, detail("phone", .inbound, .day(310, seconds: 7_200), .veryPositive), ours)
        try self.log(&log, detail("f2f", .mutual, .day(311)), [with(other), with(party, .represented)])
        try self.log(&log, detail("email", .outbound, .day(380), .negative), ours)
        try self.log(&log, detail("email", .outbound, .day(400)), ours)
        try self.log(&log, detail("email", .outbound, .day(401)), ours)
        try self.log(&log, detail("sms", .inbound, .day(390)), [with(other), with(party, .copied)])
        try self.log(&log, detail("sms", .inbound, .day(390)), [with(other), with(party, .mentioned)])

        let contacts = try customer(log, party, asOf: .day(400)).interactions
        // All but the one on day 401 and those where the party was not there.
        #expect(contacts.interactions == 7)
        // Later than day 370, 310 and 35: the call on day 310, two hours after midnight, is less than 90 days ago.
        #expect(contacts.last30Days == 2 && contacts.last90Days == 4 && contacts.last365Days == 6)
        #expect(contacts.channels.map(\.channel) == ["email", "f2f", "phone"])
        #expect(contacts.channels.map(\.inbound) == [2, 0, 2] && contacts.channels.map(\.outbound) == [2, 0, 0])
        #expect(contacts.channels.map(\.other) == [0, 1, 0])
        #expect(Instant(contacts.channels[0].lastInbound) == .day(300, seconds: 7_200))
        #expect(Instant(contacts.channels[0].lastOutbound) == .day(400) && !contacts.channels[1].hasLastInbound)
        #expect(Instant(contacts.channels[1].last) == .day(311))
        #expect(Instant(contacts.lastInbound) == .day(310, seconds: 7_200))
        #expect(Instant(contacts.lastOutbound) == .day(400))
        // Two inbound by each of phone and e-mail, the last one by phone; two at 10 and two at 11, the last ones at 11.
        #expect(contacts.preferredChannel == "phone" && contacts.preferredHour == 11)
        // Recently 2 and -1, before that 0 and 1, in all -2, 0, 1, 2, -1.
        #expect(contacts.sentiment.ratedRecently == 2 && contacts.sentiment.meanRecently == 0.5)
        #expect(contacts.sentiment.ratedBefore == 2 && contacts.sentiment.meanBefore == 0.5)
        #expect(contacts.sentiment.rated == 5 && contacts.sentiment.mean == 0)
        #expect(contacts.sentiment.last == .negative)

        let early = try customer(log, party, asOf: .day(19)).interactions
        #expect(early == InteractionHistory())
    }

    @Test func `without an inbound contact all tell what is preferred`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        try self.log(&log, detail("email", .outbound, .day(1)), [with(party)])
        try self.log(&log, detail("post", .mutual, .day(2, seconds: 3_600)), [with(party)])
        let contacts = try customer(log, party, asOf: .day(5)).interactions
        #expect(contacts.preferredChannel == "post" && contacts.preferredHour == 1)
        #expect(!contacts.hasLastInbound && !contacts.sentiment.hasMean)
    }

    @Test func `a correction moves a contact, and a link adds one`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let other = try log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let before = detail("phone", .inbound, .day(10))
        let interaction = try self.log(&log, before, [with(party)])
        let after = detail("email", .outbound, .day(5))
        try log.append(
            interaction,
            .interactionCorrected(
                .with {
                    ($0.detail, $0.detailBefore) = (after, before)
                    ($0.parties, $0.partiesBefore) = ([with(other)], [with(party)])
                }), at: .day(5))
        #expect(!(try customer(log, party, asOf: .day(20)).hasInteractions))
        #expect(try customer(log, other, asOf: .day(20)).interactions.channels.map(\.channel) == ["email"])
        try log.append(
            interaction,
            .interactionLinked(
                .with {
                    $0.addedParties = [with(party, .represented)]
                    $0.detail = after
                }), at: .day(6))
        let contacts = try customer(log, party, asOf: .day(20)).interactions
        #expect(contacts.interactions == 1 && Instant(contacts.lastOutbound) == .day(5))
    }

    @Test func `customer 360 shows the points of the customer alone`() throws {
        var sketch = LedgerSketch()
        let programme = try sketch.programme(pointsLabel: "miles")
        let party = try sketch.log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let other = try sketch.log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let late = try sketch.enrol(programme, party: party, at: .day(9))
        let early = try sketch.enrol(try sketch.programme(label: "Other"), party: party, at: .day(3))
        _ = try sketch.enrol(programme, party: other)
        try sketch.earn(late, [70], expires: .day(40))
        try sketch.spend(late, 30)
        let loyalty = try customer(sketch.log, party, asOf: .day(20)).loyalty
        #expect(loyalty.map(\.accountNumber) == [early.rawValue, late.rawValue])
        #expect(loyalty[1].pointsLabel == "miles" && loyalty[1].balance.active == 40)
        #expect(loyalty[1].expiring30Days == 40 && loyalty[1].burnRate == 30.0 / 70)
        // The loyalty view says the same.
        #expect(try sketch.view(late, asOf: .day(20)).summary == loyalty[1])
    }
}
