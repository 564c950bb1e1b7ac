internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

@Suite struct CanonicalHistoryTests {
    /// Events of three commands: the service's own, one that makes a party, one that makes an order of it.
    private func events(partyFirst: Bool, shift: Int64) -> [Event] {
        var events: [Event] = []
        func add(
            _ command: String, _ index: UInt32, principal: UInt64, stream: UInt64?, _ payload: EventPayload.OneOf_Event,
            _ kind: EventKind
        ) -> UInt64 {
            var event = Event()
            event.position = UInt64(events.count + 1)
            event.commandID = command
            event.commandIndex = index
            event.commandCount = 2
            event.kind = kind
            event.principalNumber = principal
            event.streamNumber = stream ?? event.position
            event.streamID = "id-\(shift)-\(events.count)"
            event.recordedAt = Google_Protobuf_Timestamp(seconds: 1_000 + shift + Int64(events.count))
            event.occurredAt = Google_Protobuf_Timestamp(seconds: 500)
            event.payload.event = payload
            event.leafHash = Data([UInt8(truncatingIfNeeded: shift)])
            events.append(event)
            return event.position
        }
        var opened = LogOpened()
        opened.logID = Data(repeating: UInt8(truncatingIfNeeded: shift), count: 16)
        _ = add("random-\(shift)", 0, principal: 0, stream: nil, .logOpened(opened), .logOpened)
        let principal = add(
            "random-\(shift)-b", 0, principal: 0, stream: nil, .principalRegistered(.init()), .principalRegistered)
        var party: UInt64 = 0
        if partyFirst {
            party = add("bb", 0, principal: principal, stream: nil, .partyRegistered(.init()), .partyRegistered)
        }
        _ = add("cc", 0, principal: principal, stream: nil, .productDefined(.init()), .productDefined)
        if !partyFirst {
            party = add("bb", 0, principal: principal, stream: nil, .partyRegistered(.init()), .partyRegistered)
        }
        var placed = OrderPlaced()
        placed.partyNumber = party
        placed.documentNumber = "3"
        placed.net = 9_007_199_254_740_993
        let order = add("aa", 0, principal: principal, stream: nil, .orderPlaced(placed), .orderPlaced)
        events[events.count - 1].subjects = [subject(party, personal: "to the back door")]
        var changed = PartyStatusChanged()
        changed.causePositions = [order]
        _ = add("aa", 1, principal: principal, stream: party, .partyStatusChanged(changed), .partyStatusChanged)
        events[events.count - 1].causation = order
        events[events.count - 1].revision = 2
        return events
    }

    private func subject(_ number: UInt64, personal: String) -> EventSubject {
        var subject = EventSubject()
        subject.number = number
        subject.role = .customer
        subject.keySlot = UInt32(number) * 7
        subject.personal.orderPlaced.personal.remark = personal
        return subject
    }

    private func lines(_ events: [Event], reveal: Bool = false) throws -> [String] {
        var history = CanonicalHistory(reveal: reveal)
        for event in events { try history.add(event) }
        return history.sortedLines().map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `two logs that took the same commands in another order are equal`() throws {
        let one = try lines(events(partyFirst: true, shift: 0))
        let other = try lines(events(partyFirst: false, shift: 77))
        #expect(one == other)
        #expect(one.count == 6)
        #expect(one[0].contains(#""command":"aa","index":0"#))
        #expect(one[1].contains(#""command":"aa","index":1"#))
        #expect(one[4].contains("service-1"))
    }

    @Test func `positions become names, document numbers and amounts stay`() throws {
        let order = try lines(events(partyFirst: true, shift: 0))[0]
        #expect(order.contains(#""partyNumber":"bb/0""#))
        #expect(order.contains(#""documentNumber":"3""#))
        #expect(order.contains(#""net":9007199254740993"#))
        #expect(order.contains(#""stream":"aa/0""#))
        #expect(order.contains(#""principal":"service-2/0""#))
        #expect(order.contains(#""subject":"bb/0""#))
        let status = try lines(events(partyFirst: true, shift: 0))[1]
        #expect(status.contains(#""causePositions":["aa/0"]"#))
        #expect(status.contains(#""causation":"aa/0""#))
        #expect(status.contains(#""stream":"bb/0""#))
    }

    @Test func `personal data are there only where they are asked for`() throws {
        let events = events(partyFirst: true, shift: 0)
        #expect(try !lines(events).joined().contains("back door"))
        #expect(try lines(events, reveal: true)[0].contains("back door"))
    }

    @Test func `a history with a gap is refused`() throws {
        var history = CanonicalHistory(reveal: false)
        let events = events(partyFirst: true, shift: 0)
        try history.add(events[0])
        #expect(throws: Failure.self) { try history.add(events[2]) }
    }

    @Test func `a time that is only that of recording is left out`() throws {
        var event = events(partyFirst: true, shift: 0)[0]
        event.occurredAt = event.recordedAt
        #expect(try !lines([event])[0].contains("occurredAt"))
    }
}
