internal import Schema
internal import Synchronization
internal import Views

/// Counts tags, and keeps which stream bears which: a projection with every kind of access that folds make.
struct Tags: Projection {
    static let name = "tags"
    static let version: UInt32 = 1
    static let tables = ["counts", "bearers"]
    static let kinds: Set<EventKind> = [.tagged, .untagged]

    static let counts = TableID(0)
    static let bearers = TableID(1)

    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        switch event.payload {
        case .tagged(let tagged): try Self.tag(tagged.tag, event, &store)
        case .untagged(let untagged): try store.delete(Self.bearers, Self.bearer(untagged.tag, event.header.stream))
        default: break
        }
    }

    static func tag(
        _ tag: String, _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let key = Self.count(tag)
        let count = try store.get(Self.counts, key).map { number($0) } ?? 0
        try store.put(Self.counts, key, .key(count + 1))
        try store.put(Self.bearers, Self.bearer(tag, event.header.stream), .key(event.header.position.rawValue))
    }

    static func count(_ tag: String) -> [UInt8] {
        var key = [UInt8].key()
        key.append(sortable: tag)
        return key
    }

    static func bearer(_ tag: String, _ stream: StreamNumber) -> [UInt8] {
        var key = count(tag)
        key.append(bigEndian: stream.rawValue)
        return key
    }

    static func number(_ row: [UInt8]) -> UInt64 { row.reduce(0) { $0 << 8 | UInt64($1) } }
}

/// The same rows from another version of the program.
struct TagsNextVersion: Projection {
    static let name = Tags.name
    static let version: UInt32 = 2
    static let tables = Tags.tables
    static let kinds = Tags.kinds

    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        try Tags().apply(event, to: &store)
    }
}

/// Cannot apply the tag "bad", until it is told that it can. Writes a row before it throws, which must not stay.
struct FussyTags: Projection {
    static let name = "fussy"
    static let version: UInt32 = 1
    static let tables = Tags.tables
    static let kinds: Set<EventKind> = [.tagged]
    static let isLenient = Atomic<Bool>(false)

    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        guard case .tagged(let tagged) = event.payload else { return }
        try Tags.tag(tagged.tag, event, &store)
        guard tagged.tag != "bad" || Self.isLenient.load(ordering: .relaxed) else {
            throw ViewError(.eventUnfit, "This tag does not fit.")
        }
    }
}

/// Consumes nothing that the synthetic log has.
struct Idle: Projection {
    static let name = "idle"
    static let version: UInt32 = 1
    static let tables = ["rows"]
    static let kinds: Set<EventKind> = [.priceSet]

    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {}
}
