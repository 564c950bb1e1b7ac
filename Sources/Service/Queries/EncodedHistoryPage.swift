package import CRM
internal import EventLog
package import Schema
internal import SwiftProtobuf

/// A `HistoryPage` of the schema in protobuf's binary form: history leaves the service as it is written here, without being a
/// message in between.
package struct EncodedHistoryPage: Sendable {
    /// How many events are in it.
    package private(set) var count = 0
    /// Where to go on: the position after the last one looked at.
    package var next: UInt64
    private var writer = WireWriter()

    /// A page without events.
    package init(next: UInt64) { self.next = next }

    /// Adds an event.
    mutating func append(
        _ header: EventHeader, _ record: RawSpan, _ leaf: TreeHash, _ encoder: EventEncoder
    ) throws(EventLogError) {
        try encoder.append(1, header, record, leaf, to: &writer)
        count += 1
    }

    /// The page is complete.
    ///
    /// - Parameter caughtUp: it reaches the durable end of the log.
    package mutating func finish(caughtUp: Bool) {
        writer.append(2, unlessZero: next)
        writer.append(3, unlessZero: caughtUp ? 1 : 0)
    }

    /// The page once it is complete.
    package var bytes: [UInt8] { writer.bytes }

    /// The page as a message.
    ///
    /// - Throws: `DAMAGED` where a payload is not a message of its kind.
    package func message() throws(Refusal) -> HistoryPage {
        do { return try HistoryPage(serializedBytes: bytes) } catch {
            throw Refusal(.damaged, "An event before position \(next) cannot be read: \(error)")
        }
    }
}
