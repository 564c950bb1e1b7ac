internal import BodyStore
internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema

/// For how long an item of the content store may wait for an event that refers to it.
enum BodyGrace {
    private static let hour: Int64 = 3_600 * 1_000_000

    /// Microseconds after it was stored in which a command can refer to an item.
    static let referable = 24 * hour
    /// Microseconds after which it is removed. What was prepared while it could still be referred to has been decided
    /// long before.
    static let removed = 25 * hour
}

extension LogContext {
    /// What the content store knows of an item that an event can still come to refer to.
    ///
    /// - Throws: BODY_UNKNOWN, BODY_REDACTED.
    func knownBody(_ id: Identifier) throws(Refusal) -> KnownBody {
        let body: StoredBody
        do { body = try bodies.body(id) } catch { throw Refusal(error) }
        guard body.redactedBy == .none else {
            throw Refusal(.bodyRedacted, "The key of the item was destroyed. Its content is gone for good.")
        }
        guard clock.now().rawValue - body.storedAt.rawValue <= BodyGrace.referable else {
            throw Refusal(.bodyUnknown, "The item was stored more than a day ago. Upload it anew.")
        }
        return KnownBody(
            id: body.id, subject: body.owner.subject, mediaType: body.mediaType, size: body.size,
            sealedSize: body.sealedSize, sealedHash: body.sealedHash)
    }

    /// Position of the event that refers to an item, and of the one that redacted it; none where there is none, or where
    /// it is not durable yet.
    func standing(of item: Identifier) throws(EventLogError) -> (referring: Position, redacting: Position) {
        let end = log.end.position
        func durable(_ key: ClaimKey) throws(EventLogError) -> Position {
            let position = Position(UInt64(clamping: try log.index.claim(key.bytes)))
            return position <= end ? position : .none
        }
        return (try durable(.body(item)), try durable(.bodyRedacted(item)))
    }
}

extension BodyOwner {
    /// Whose it is; none: nobody's.
    var subject: StreamNumber {
        if case .subject(let number, _, _) = self { StreamNumber(number) } else { .none }
    }
}

extension BodyReference {
    /// An item as no event names it yet.
    init(_ body: StoredBody) {
        self.init()
        itemID = body.id.description
        mediaType = body.mediaType
        size = UInt64(clamping: body.size)
        sealedSize = UInt64(clamping: body.sealedSize)
        sealedSha256 = Data(body.sealedHash)
        subjectNumber = body.owner.subject.rawValue
    }
}

extension Refusal {
    /// What a caller gets to know of a failure of the content store.
    init(_ error: BodyStoreError) {
        let code: ErrorCode =
            switch error.code {
            case .unknown: .bodyUnknown
            case .redacted: .bodyRedacted
            case .erased: .erased
            case .taken: .bodyTaken
            case .mismatch: .bodyMismatch
            case .tooLarge: .limitExceeded
            case .damaged: .damaged
            case .full: .diskFull
            case .versionUnknown, .io: .internal
            }
        self.init(code, error.message)
    }
}
