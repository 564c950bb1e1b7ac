package import Schema

/// A view that is folded from the log.
///
/// All that a projection knows stands in its store: the same events in the same order give the same bytes in every
/// table, whatever the pages in which they came. So there is no clock, no randomness, no I/O and no mutable state in
/// a projection, and nothing that is relative to now is stored.
///
/// The engine gives each projection a store of its own, hands it every event of its `kinds` exactly once and in the
/// order of the log, and writes the position it has reached together with the rows.
package protocol Projection: Sendable {
    /// The projection's name, by which operators rebuild it; also the name of its folder. Lower-case, digits.
    static var name: String { get }

    /// Version of the rows. A store that another version wrote is discarded and folded again from the log, so raise it
    /// with every change of the fold, the keys or the rows.
    static var version: UInt32 { get }

    /// Names of the tables, in the order of their `TableID`s.
    static var tables: [String] { get }

    /// The kinds of event that the projection folds. Others are skipped on the record's header, undecoded.
    static var kinds: Set<EventKind> { get }

    init()

    /// Folds one event into the store.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the event does not fit what came before, `rowDamaged` where a row
    ///   cannot be read, or what the store throws. The engine then undoes the page and parks the projection.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError)
}

/// An event of the log as projections see it. Sealed parts stay sealed: a row keeps a `SealedRef`, and what it refers to
/// is opened when it is read.
package struct ViewEvent: Sendable {
    /// What stands in the record's header.
    package var header: EventHeader
    /// The decoded payload.
    package var payload: EventPayload.OneOf_Event
    /// The stream's UUID; only on the first event of a stream.
    package var streamID: Identifier?
    /// The subject table, in the order of the record.
    package var subjects: [SubjectEntry]

    package init(
        header: EventHeader, payload: EventPayload.OneOf_Event, streamID: Identifier?, subjects: [SubjectEntry]
    ) {
        self.header = header
        self.payload = payload
        self.streamID = streamID
        self.subjects = subjects
    }

    /// Where the event's personal data stand, or nil where it has none. A part that holds only the command's
    /// fingerprint does not count.
    package var sealedPart: SealedRef? {
        sealedEntry.map { sealed(at: $0) }
    }

    /// Where the sealed part at this index of the subject table stands.
    package func sealed(at index: Int) -> SealedRef {
        var reference = SealedRef()
        reference.position = header.position.rawValue
        reference.entry = UInt32(index)
        return reference
    }

    /// Bytes of that part as it is sealed, which are no fewer than what is in it; 0 where there is none.
    package var sealedLength: UInt32 {
        guard let entry = sealedEntry else { return 0 }
        return UInt32(subjects[entry].sealedLength)
    }

    private var sealedEntry: Int? {
        subjects.firstIndex { $0.sealedLength > 0 && $0.role != .fingerprint }
    }
}
