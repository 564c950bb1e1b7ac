internal import EventLog
internal import Schema

/// The newest events about a subject, by the subject's links in the log.
struct Timeline {
    let log: EventLog

    /// At most `limit` events at positions up to `last`, newest first.
    func newest(_ limit: Int, about subject: StreamNumber, through last: Position) throws(EventLogError)
        -> [TimelineEntry]
    {
        var entries: [TimelineEntry] = []
        var position = try log.index.subject(subject)?.last ?? .none
        while position > .none, entries.count < limit {
            var previous = Position.none
            var entry: TimelineEntry?
            let found: Void? = try log.record(at: position) { (record) throws(EventLogError) in
                let header = try EventHeader.checked(record, at: position)
                for index in 0..<Int(header.subjectCount) {
                    let standing = header.subject(index, in: record)
                    if standing.subject == subject { previous = standing.previous }
                }
                entry = TimelineEntry(header)
            }
            // The newest link may be a moment ahead of the durable end; what is behind it is reached next time.
            guard found != nil, var entry else { return entries }
            if position <= last {
                entry.streamID = try log.index.head(of: StreamNumber(entry.streamNumber))?.id.description ?? ""
                entries.append(entry)
            }
            position = previous
        }
        return entries
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
