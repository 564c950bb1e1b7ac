package import Schema

/// An epoch of the log. The first one begins with the log, each other one with a restore.
package struct LogEpoch: Sendable, Hashable {
    /// 1 for the first one.
    package var number: UInt32
    /// The last position that was restored: up to there the epoch before and this one have the same records. None for the
    /// first epoch.
    package var restored: Position

    package init(number: UInt32, restored: Position) {
        self.number = number
        self.restored = restored
    }

    /// The epoch of a log that was never restored.
    package static let first = LogEpoch(number: 1, restored: .none)

    /// The log's own stream: its opening and its epochs.
    package static let stream = StreamNumber(1)

    /// The epochs of a log in their order, from the events of its own stream, the last one of which is at `last`.
    ///
    /// - Throws: `damaged` where one of these events is not what was written.
    static func all(in storage: any LogStorage, last: Position) throws(EventLogError) -> [LogEpoch] {
        var epochs: [LogEpoch] = []
        var position = last
        while position > .none {
            let before = try storage.value(at: position) { value throws(EventLogError) -> Position in
                let (header, _) = try EventLog.checked(value, at: position)
                if header.kind == .epochOpened { epochs.append(try LogEpoch(header, in: value)) }
                return header.previousInStream
            }
            // Links lead backwards; where one does not, the record has another hash.
            position = min(before ?? .none, Position(position.rawValue - 1))
        }
        return [.first] + epochs.reversed()
    }

    private init(_ header: EventHeader, in record: RawSpan) throws(EventLogError) {
        do throws(RecordError) {
            let payload = record.extracting(header.payloadRange)
            guard case .epochOpened(let opened) = try EventPayload.decode(kind: header.kind, payload: payload) else {
                throw RecordError("it is another event")
            }
            self.init(number: opened.epoch, restored: Position(opened.restoredSize))
        } catch {
            throw EventLogError(
                .damaged, "The event at position \(header.position) cannot be read: \(error.message)",
                position: header.position)
        }
    }
}
