internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct CustomerTicketTests {
    private func tickets(_ sketch: TicketSketch, of party: StreamNumber) throws -> SealedTickets? {
        try Customer360.tickets(of: party, asOf: .day(20), in: try sketch.log.fold(Customer360.self))
    }

    @Test func `a customer is shown with what is open, how many there are, and the last one`() throws {
        var sketch = TicketSketch()
        let ada = try sketch.log.begin(.party, .partyRegistered())
        let bea = try sketch.log.begin(.party, .partyRegistered())
        #expect(try tickets(sketch, of: ada) == nil)
        let calm = try sketch.open(at: .day(1), party: ada, subject: "My tap leaks")
        let urgent = try sketch.open(at: .day(2), rank: 1, party: ada)
        let done = try sketch.open(at: .day(3), party: ada)
        try sketch.resolve(done, at: .day(4))
        let found = try #require(try tickets(sketch, of: ada))
        #expect(found.open.map(\.summary.number) == [urgent.rawValue, calm.rawValue])
        #expect(found.counts.openTickets == 2 && found.counts.tickets == 3)
        #expect(found.last.summary.number == done.rawValue && found.last.summary.status == .resolved)
        #expect(found.last.summary.ageSeconds == 86_400)
        #expect(found.open[1].subjectLine != nil && found.tickets.open[1].subjectLine.isEmpty)

        try sketch.start(.resolution, of: calm, due: .day(5), at: .day(4))
        try sketch.breach(.resolution, of: calm, at: .day(5))
        #expect(try tickets(sketch, of: ada)?.open.first?.summary.number == calm.rawValue)
        #expect(try tickets(sketch, of: ada)?.counts.breachedTickets == 1)
        // Another customer's from now on.
        var changed = TicketChanged()
        (changed.head.partyNumber, changed.partyNumberBefore, changed.open) = (bea.rawValue, ada.rawValue, true)
        try sketch.log.append(calm, .ticketChanged(changed), at: .day(6), subjects: [(bea, .requester)])
        try sketch.absorb(done, into: urgent, at: .day(7))
        #expect(try tickets(sketch, of: ada)?.counts.tickets == 1)
        #expect(try tickets(sketch, of: bea)?.open.map(\.summary.number) == [calm.rawValue])
        let view = try Customer360.view(of: bea, asOf: .day(20), in: try sketch.log.fold(Customer360.self))
        #expect(view?.customer.tickets.openTickets == 1)
    }

    @Test func `pages make the same rows`() throws {
        var sketch = TicketSketch()
        let ada = try sketch.log.begin(.party, .partyRegistered())
        for day in 0..<20 {
            let ticket = try sketch.open(at: .day(Int64(day)), party: ada)
            try sketch.reply(ticket, at: .day(Int64(day), seconds: 60))
            if day % 3 == 0 { try sketch.resolve(ticket, at: .day(Int64(day), seconds: 90)) }
        }
        let whole = try sketch.log.fold(Customer360.self)
        for page in [1, 7] { #expect(try sketch.log.fold(Customer360.self, page: page) == whole) }
    }
}
