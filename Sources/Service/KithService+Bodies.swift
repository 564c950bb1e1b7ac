internal import BodyStore
package import CRM
internal import EventLog
internal import Logging
package import Schema

extension KithService {
    /// Uploads at the same time, over all faces: each holds about two pieces in memory.
    static let uploadsMaximum = 64

    package func putBody(_ begin: PutBodyBegin, from caller: CallerIdentity) async throws(Refusal) -> any BodyReceiver {
        try access.principal(caller).require(.business)
        let id = try newItem(begin.itemID)
        try BodyAnnouncement.check(mediaType: begin.mediaType)
        guard begin.size <= UInt64(BodyStore.greatestSize) else {
            throw Refusal(
                .limitExceeded, "A body has at most \(BodyStore.greatestSize) bytes. Send it in parts.", field: "size")
        }
        let owner = try await owner(begin)
        guard uploads.enter(limit: Self.uploadsMaximum) else {
            var refusal = Refusal(.overloaded, "Other uploads are under way. Come back in a second.")
            refusal.detail.retryAfterMilliseconds = 1_000
            throw refusal
        }
        do throws(Refusal) {
            let upload = try await BlockingWork.run { [context] () throws(Refusal) in
                do throws(BodyStoreError) {
                    return try context.bodies.begin(id, for: owner, mediaType: begin.mediaType, size: Int(begin.size))
                } catch { throw Refusal(error) }
            }
            return BodyUploading(upload, context, open: uploads)
        } catch {
            uploads.leave()
            throw error
        }
    }

    private func newItem(_ text: String) throws(Refusal) -> Identifier {
        guard !text.isEmpty else { return context.identifiers.identifier(at: context.clock.now()) }
        try FormCheck.identifier(text, "item_id")
        return Identifier(text) ?? .zero
    }

    /// Whose the item is going to be: a party or an employee whose stream is durable, so that its key slot stays its own.
    private func owner(_ begin: PutBodyBegin) async throws(Refusal) -> BodyOwner {
        guard begin.hasSubject else { return .nobody }
        let kind = begin.subjectKind == .unspecified ? AggregateKind.party : begin.subjectKind
        guard kind == .party || kind == .employee else {
            throw Refusal(.schemaInvalid, "A body concerns a party or an employee.", field: "subject_kind")
        }
        let number: StreamNumber
        do throws(Refusal) { number = try await resolve(begin.subject, kind) } catch {
            guard error.code == .notFound else { throw error }
            throw Refusal(
                .referenceMissing, "subject names nobody. Register the party first.", field: "subject")
        }
        return try await BlockingWork.run { [context] () throws(Refusal) in
            do throws(EventLogError) {
                guard number.rawValue <= context.log.end.position.rawValue,
                    let standing = try context.log.index.subject(number)
                else {
                    throw EventLogError(.store, "The subject \(number) has no key yet. Send the upload again.")
                }
                return .subject(
                    number: number.rawValue, slot: standing.keySlot, generation: standing.slotGeneration)
            } catch { throw Refusal(error) }
        }
    }

    package func getBody(_ request: GetBodyRequest, from caller: CallerIdentity) async throws(Refusal) -> any BodyPieces
    {
        let principal = try access.principal(caller)
        try principal.require(.views)
        if !principal.permissions.contains(.personal) {
            try principal.require(.personalForPurpose)
            guard !request.purpose.isEmpty else {
                throw Refusal(.reasonRequired, "Say for which purpose you read personal data.", field: "purpose")
            }
        }
        try FormCheck.identifier(request.itemID, "item_id")
        guard let id = Identifier(request.itemID) else { throw Self.nothing }
        if !request.purpose.isEmpty {
            logger.notice("A body is read", metadata: ["principal": "\(principal.number)", "item": "\(id)"])
        }
        return try await BlockingWork.run { [context] () throws(Refusal) in
            do {
                let standing = try context.standing(of: id)
                // Also while its key could not be destroyed yet.
                guard standing.redacting == .none else {
                    throw Refusal(.bodyRedacted, "The key of the item was destroyed. Its content is gone for good.")
                }
                let reader = try context.bodies.reader(id)
                return BodyReading(
                    try context.reference(to: id, at: standing.referring) ?? BodyReference(reader.body), reader)
            } catch let refusal as Refusal {
                throw refusal
            } catch let error as BodyStoreError where error.code == .unknown {
                throw Self.nothing
            } catch let error as BodyStoreError {
                throw Refusal(error)
            } catch let error as EventLogError {
                throw Refusal(error)
            } catch {
                throw Refusal(.internal, "The body cannot be read: \(error).")
            }
        }
    }
}

extension LogContext {
    /// What the event at a position says of an item that it refers to.
    fileprivate func reference(to item: Identifier, at position: Position) throws -> BodyReference? {
        guard position != .none else { return nil }
        let event = try log.record(at: position) { (record) throws(EventLogError) in try StoredEvent(reading: record) }
        return event?.payload.bodies.first { Identifier($0.itemID) == item }
    }
}

/// Checks of what an upload says of itself.
enum BodyAnnouncement {
    private static let mediaTypeBytes = 3...127

    /// A media type in its form (RFC 6838): two names of letters, digits and a few signs, with charset at most.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func check(mediaType: String) throws(Refusal) {
        let parts = mediaType.split(separator: ";", omittingEmptySubsequences: false)
        let names = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        var isFormed = mediaTypeBytes.contains(mediaType.utf8.count) && parts.count <= 2
        isFormed = isFormed && names.count == 2 && names.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isOfName) }
        if parts.count == 2 {
            let words = parts[1].drop { $0 == " " }.split(separator: "=", omittingEmptySubsequences: false)
            isFormed =
                isFormed && words.count == 2 && words[0].lowercased() == "charset" && !words[1].isEmpty
                && words[1].utf8.allSatisfy(isOfName)
        }
        guard isFormed else {
            throw Refusal(
                .schemaInvalid, "The media type is not one such as text/plain or text/plain; charset=utf-8.",
                field: "media_type")
        }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$&-^_.+".utf8.contains(byte)
        }
    }
}
