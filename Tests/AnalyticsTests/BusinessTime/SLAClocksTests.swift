internal import Schema
internal import Testing

@testable import Analytics

/// What starts, stops and keeps the clocks of a ticket.
@Suite struct SLAClocksTests {
    /// 2026-11-02 is a Monday; the calendar is open from 9 to 17 in Berlin.
    let office: BusinessCalendar
    let terms: SLATerms

    init() throws {
        office = try calendar("Europe/Berlin", 1...5, "09:00-17:00")
        terms = SLATerms(
            calendar: office, targets: [.firstResponse: 4 * hour, .nextResponse: 2 * hour, .resolution: 16 * hour],
            warningPercent: 75)
    }

    private func at(_ text: String) throws -> Instant { try office.zone.at("2026-11-" + text) }

    private func clocks(_ opened: String, _ facts: [(SLAFact.Change, String)]) throws -> SLAClocks {
        var clocks = SLAClocks(openedAt: try at(opened), terms: terms)
        for (change, text) in facts { try clocks.apply(SLAFact(change, at: at(text))) }
        return clocks
    }

    @Test func `a ticket that is opened awaits its first response and its resolution`() throws {
        let clocks = try clocks("02T15:00", [])
        let first = clocks.reading(of: .firstResponse, asOf: try at("02T16:00"))
        #expect(first.state == .running && first.used == hour && first.target == 4 * hour)
        #expect(first.remaining == 3 * hour && first.breachedAt == nil)
        #expect(try first.due == .at(at("03T11:00")) && first.warning == .at(at("03T10:00")))
        let resolution = clocks.reading(of: .resolution, asOf: try at("02T16:00"))
        #expect(try resolution.due == .at(at("04T15:00")) && resolution.warning == .at(at("04T11:00")))
        let next = clocks.reading(of: .nextResponse, asOf: try at("02T16:00"))
        #expect(next.state == .notStarted && next.due == nil && next.startedAt == nil && next.used == 0)
    }

    @Test func `the first public reply stops the first response, and no later one`() throws {
        let clocks = try clocks("02T09:00", [(.publicReply, "02T12:30"), (.publicReply, "03T12:00")])
        let reading = clocks.reading(of: .firstResponse, asOf: try at("06T12:00"))
        #expect(reading.state == .met && reading.used == 3 * hour + 30 * minute)
        #expect(try reading.stoppedAt == at("02T12:30") && reading.due == .at(at("02T13:00")))
    }

    @Test func `whoever needs as much time as there is needs no more`() throws {
        let readings = try ["02T12:59:59", "02T13:00", "02T13:00:01", "02T15:00"].map {
            try clocks("02T09:00", [(.publicReply, $0)]).reading(of: .firstResponse, asOf: at("05T09:00"))
        }
        #expect(readings.map(\.state) == [.met, .met, .breached, .breached])
        #expect(try readings.map(\.breachedAt) == [nil, nil, at("02T13:00"), at("02T13:00")])
        // What is due at a closing time is in time until the office opens again.
        for (reply, state) in [("02T20:00", SLAReading.State.met), ("03T09:00", .met), ("03T09:00:01", .breached)] {
            let late = try clocks("02T13:00", [(.publicReply, reply)])
            let reading = late.reading(of: .firstResponse, asOf: try at("05T09:00"))
            #expect(try reading.state == state && reading.due == .at(at("02T17:00")), "\(reply)")
            #expect(try reading.breachedAt == (state == .met ? nil : at("03T09:00")), "\(reply)")
        }
    }

    @Test func `a clock that runs says since when its target is used up`() throws {
        let reading = try clocks("02T09:00", []).reading(of: .firstResponse, asOf: at("02T14:00"))
        #expect(try reading.state == .running && reading.breachedAt == at("02T13:00"))
        #expect(reading.remaining == -hour)
    }

    @Test func `the next response is awaited from the first message that was not answered`() throws {
        var clocks = try clocks("02T09:00", [(.customerMessage, "02T09:30")])
        // The first response is not overridden by a shorter target of the next one.
        #expect(clocks.nextResponse.phase == .notStarted)
        try clocks.apply(SLAFact(.publicReply, at: at("02T10:00")))
        #expect(clocks.nextResponse.phase == .notStarted)
        try clocks.apply(SLAFact(.customerMessage, at: at("02T11:00")))
        try clocks.apply(SLAFact(.customerMessage, at: at("02T12:30")))
        let waiting = clocks.reading(of: .nextResponse, asOf: try at("02T12:45"))
        #expect(try waiting.state == .running && waiting.startedAt == at("02T11:00"))
        #expect(try waiting.due == .at(at("02T13:00")))
        // An agent's replies do not start it again.
        try clocks.apply(SLAFact(.publicReply, at: at("02T12:50")))
        try clocks.apply(SLAFact(.publicReply, at: at("02T15:00")))
        let answered = clocks.reading(of: .nextResponse, asOf: try at("05T09:00"))
        #expect(answered.state == .met && answered.used == hour + 50 * minute)
        // The next message starts from nothing.
        try clocks.apply(SLAFact(.customerMessage, at: at("05T09:00")))
        let again = clocks.reading(of: .nextResponse, asOf: try at("05T10:00"))
        #expect(try again.state == .running && again.used == hour && again.due == .at(at("05T11:00")))
    }

    @Test func `pauses stand still and are kept`() throws {
        var clocks = try clocks("02T09:00", [(.paused(.customer), "02T11:00")])
        let paused = clocks.reading(of: .resolution, asOf: try at("04T12:00"))
        #expect(paused.state == .paused && paused.used == 2 * hour && paused.due == nil && paused.warning == nil)
        try clocks.apply(SLAFact(.paused(.thirdParty), at: at("03T11:00")))
        try clocks.apply(SLAFact(.resumed, at: at("04T12:00")))
        try clocks.apply(SLAFact(.resumed, at: at("04T13:00")))
        let resumed = clocks.reading(of: .resolution, asOf: try at("04T14:00"))
        #expect(try resumed.state == .running && resumed.used == 4 * hour && resumed.due == .at(at("06T10:00")))
        // The same as reckoning with the pause.
        let pause = try at("02T11:00")..<at("04T12:00")
        #expect(resumed.due == office.due(from: try at("02T09:00"), after: 16 * hour, excluding: [pause]))
        let intervals = clocks.explanation(of: .resolution, asOf: try at("04T14:00")).flatMap(\.intervals)
        #expect(try intervals == [at("02T09:00")..<at("02T11:00"), at("04T12:00")..<at("04T14:00")])
    }

    @Test func `a breach before a pause is not undone by it`() throws {
        let clocks = try clocks("02T09:00", [(.paused(.customer), "02T14:00")])
        let reading = clocks.reading(of: .firstResponse, asOf: try at("05T09:00"))
        #expect(
            try reading.state == .paused && reading.breachedAt == at("02T13:00") && reading.due == .at(at("02T13:00")))
    }

    @Test func `only the states of the policy pause`() throws {
        var strict = terms
        strict.pausedBy = [.customer]
        var clocks = SLAClocks(openedAt: try at("02T09:00"), terms: strict)
        try clocks.apply(SLAFact(.paused(.thirdParty), at: at("02T10:00")))
        #expect(clocks.resolution.phase == .running)
        try clocks.apply(SLAFact(.paused(.customer), at: at("02T11:00")))
        #expect(clocks.resolution.phase == .paused)
        // A policy without pauses lets it run from now on.
        strict.pausedBy = []
        try clocks.apply(SLAFact(.termsChanged(strict), at: at("02T15:00")))
        let reading = clocks.reading(of: .resolution, asOf: try at("02T16:00"))
        #expect(reading.state == .running && reading.used == 3 * hour)
        try clocks.apply(SLAFact(.termsChanged(terms), at: at("02T16:00")))
        #expect(clocks.resolution.phase == .paused)
    }

    @Test func `a reopening goes on with the time used, and a response is awaited anew`() throws {
        var clocks = try clocks("02T09:00", [(.publicReply, "02T10:00"), (.resolved, "02T15:00")])
        let resolved = clocks.reading(of: .resolution, asOf: try at("06T09:00"))
        #expect(try resolved.state == .met && resolved.used == 6 * hour && resolved.stoppedAt == at("02T15:00"))
        // After the end nothing moves.
        for change in [SLAFact.Change.customerMessage, .paused(.customer), .resumed, .resolved] {
            try clocks.apply(SLAFact(change, at: at("05T09:00")))
        }
        #expect(clocks.reading(of: .resolution, asOf: try at("06T09:00")) == resolved && clocks.pause == nil)
        try clocks.apply(SLAFact(.closed, at: at("05T10:00")))
        try clocks.apply(SLAFact(.reopened, at: at("06T09:00")))
        let reopened = clocks.reading(of: .resolution, asOf: try at("06T10:00"))
        #expect(try reopened.state == .running && reopened.used == 7 * hour && reopened.startedAt == at("02T09:00"))
        #expect(try reopened.due == .at(at("09T11:00")) && reopened.stoppedAt == nil)
        let next = clocks.reading(of: .nextResponse, asOf: try at("06T10:00"))
        #expect(try next.state == .running && next.startedAt == at("06T09:00") && next.used == hour)
        #expect(clocks.reading(of: .firstResponse, asOf: try at("06T10:00")).state == .met)
        try clocks.apply(SLAFact(.resolved, at: at("09T12:00")))
        let again = clocks.reading(of: .resolution, asOf: try at("09T12:00"))
        #expect(try again.state == .breached && again.used == 17 * hour && again.breachedAt == at("09T11:00"))
    }

    @Test func `a first response is not counted over the time in which the ticket was closed`() throws {
        var clocks = try clocks("02T09:00", [(.closed, "02T10:00")])
        for kind in [SLAClockKind.firstResponse, .resolution] {
            let reading = clocks.reading(of: kind, asOf: try at("06T09:00"))
            #expect(reading.state == .stopped && reading.used == hour && reading.breachedAt == nil)
        }
        try clocks.apply(SLAFact(.reopened, at: at("06T09:00")))
        try clocks.apply(SLAFact(.publicReply, at: at("06T09:20")))
        let first = clocks.reading(of: .firstResponse, asOf: try at("06T10:00"))
        #expect(try first.state == .met && first.used == 20 * minute && first.startedAt == at("06T09:00"))
        #expect(clocks.nextResponse.phase == .notStarted)
    }

    @Test func `a ticket that is finished too late is breached, whatever finished it`() throws {
        let clocks = try clocks("02T09:00", [(.closed, "05T10:00")])
        #expect(clocks.reading(of: .firstResponse, asOf: try at("06T09:00")).state == .breached)
        #expect(clocks.reading(of: .resolution, asOf: try at("06T09:00")).state == .breached)
    }

    @Test func `facts come in order`() throws {
        var clocks = try clocks("02T09:00", [(.publicReply, "02T10:00")])
        let before = clocks
        #expect(throws: SLAFactError.outOfOrder(last: try at("02T10:00"))) {
            try clocks.apply(SLAFact(.resolved, at: at("02T09:59")))
        }
        #expect(clocks == before)
        try clocks.apply(SLAFact(.resolved, at: at("02T10:00")))
        #expect(clocks.isDone)
    }
}
