import Schema
import Testing
import Views

@Suite("__Words__")
struct __Name__Tests {
    private func placed(at position: UInt64, channel: String) -> ViewEvent {
        let header = EventHeader(
            origin: .command, kind: .orderPlaced, schemaVersion: 1, flags: [], position: Position(position),
            recordedAt: Instant(microseconds: 0), occurredAt: Instant(microseconds: 0), stream: StreamNumber(position),
            revision: Revision(1), commandIndex: 0, commandCount: 1, previousInStream: .none, commandID: .zero,
            correlationID: .zero, causation: .none, principal: .none, onBehalfOf: .none, importNumber: .none,
            streamKind: .order, subjectCount: 0, payloadLength: 0, body: 0)
        var order = OrderPlaced()
        order.channel = channel
        return ViewEvent(header: header, payload: .orderPlaced(order), streamID: nil, subjects: [])
    }

    @Test func `it counts the orders of each channel`() throws {
        let projection = __Name__()
        var store = MemoryStore(for: __Name__.self)

        for (position, channel) in ["web", "phone", "web"].enumerated() {
            try projection.apply(placed(at: UInt64(position) + 1, channel: channel), to: &store)
        }

        #expect(try projection.orders(by: "web", in: store) == 2)
        #expect(try projection.orders(by: "phone", in: store) == 1)
        #expect(try projection.orders(by: "fax", in: store) == 0)
    }

    @Test func `the same events give the same rows`() throws {
        var stores = [MemoryStore(for: __Name__.self), MemoryStore(for: __Name__.self)]
        for index in stores.indices {
            for position in 1...100 as ClosedRange<UInt64> {
                let event = placed(at: position, channel: position % 3 == 0 ? "web" : "")
                try __Name__().apply(event, to: &stores[index])
            }
        }

        #expect(stores[0] == stores[1])
    }
}
