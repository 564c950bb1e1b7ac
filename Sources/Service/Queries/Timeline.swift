internal import EventLog
internal import Schema

/// The events about a subject, newest first, by the subject's links in the log.
struct Timeline {
    /// Which events are wanted.
    struct Selection: Sendable {
        /// At most so many.
        var limit: Int
        /// At most at this position: what the view beside it reflects.
        var last: Position
        /// Of these kinds; of all where it is empty.
        var kinds: Set<EventKind>
    }

    let log: EventLog

    /// The newest events of a selection, and whether there are older ones of it.
    ///
    /// - Throws: `damaged` where a link leads nowhere.
    func newest(
        about subject: StreamNumber, _ selection: Selection
    ) throws(EventLogError) -> (entries: [TimelineEntry], isCut: Bool) {
        var entries: [TimelineEntry] = []
        var position = try log.index.durableLast(ofSubject: subject)
        while position > .none {
            let found = try log.linkedRecord(at: position) { (record) throws(EventLogError) in
                let header = try EventHeader.checked(record, at: position)
                return (header, Self.previous(subject, header, record))
            }
            guard let (header, previous) = found else {
                throw EventLogError(
                    .damaged, "A link leads to position \(position), where there is no record.", position: position)
            }
            if position <= selection.last, selection.kinds.isEmpty || selection.kinds.contains(header.kind) {
                if entries.count == selection.limit { return (entries, true) }
                var entry = TimelineEntry(header)
                entry.streamID = try log.index.head(of: header.stream)?.id.description ?? ""
                entries.append(entry)
            }
            position = previous
        }
        return (entries, false)
    }

    private static func previous(_ subject: StreamNumber, _ header: EventHeader, _ record: RawSpan) -> Position {
        for index in 0..<Int(header.subjectCount) {
            let entry = header.subject(index, in: record)
            if entry.subject == subject { return entry.previous }
        }
        return .none
    }
}

extension TimelineEntry {
    /// What the timeline says of an event.
    fileprivate init(_ header: EventHeader) {
        self.init()
        position = header.position.rawValue
        kind = header.kind
        occurredAt = header.occurredAt.timestamp
        recordedAt = header.recordedAt.timestamp
        streamKind = header.streamKind
        streamNumber = header.stream.rawValue
        origin = header.origin
    }
}
