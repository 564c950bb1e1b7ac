internal import Schema

/// Where an e-mail stands among those that are known. Nothing in it is personal.
package struct EmailPlace: Sendable, Hashable {
    /// The stream that holds the e-mail already.
    var holder: StreamNumber?
    /// The streams of the oldest and of the newest known one of the messages before it.
    var root: StreamNumber?
    var parent: StreamNumber?

    /// What the event says that puts it on this stream.
    func thread(on stream: StreamNumber) -> EmailThread {
        var thread = EmailThread()
        thread.rootNumber = (root ?? stream).rawValue
        thread.parentNumber = (parent ?? .none).rawValue
        return thread
    }

    /// Refuses an e-mail that is there already.
    ///
    /// - Throws: EMAIL_KNOWN with the id of what holds it.
    func requireNew(_ context: DecisionContext, field: String) throws(Refusal) {
        guard let holder else { return }
        let ids = try context.world.head(of: holder).map { [$0.id] } ?? []
        throw Refusal(.emailKnown, "The e-mail was recorded before. Nothing is left to do.", field: field)
            .related(to: ids)
    }
}

/// Finds conversations by the ids of their e-mails (RFC 5322, 3.6.4; RFC 5256, threading by references).
enum EmailConversation {
    /// Where an e-mail stands that goes on an aggregate of this kind.
    static func place(
        of email: EmailPersonal, on kind: AggregateKind, _ log: any LogReader
    ) throws(Refusal) -> EmailPlace {
        var place = EmailPlace()
        place.holder = try stream(of: email.messageID, kind, log)
        let before = email.before
        place.parent = try first(before, log)
        // Where nothing is known from one end, nothing is from the other.
        if place.parent != nil { place.root = try first(before.reversed(), log) }
        return place
    }

    /// The ticket that an e-mail goes on with, that into which it was merged; nil where none is known. An e-mail that is
    /// known itself stands in its own.
    static func ticket(of email: EmailPersonal, _ log: any LogReader) throws(Refusal) -> StreamNumber? {
        for id in [email.messageID] + email.before {
            guard var number = try stream(of: id, .ticket, log) else { continue }
            while let next = try log.state(TicketAggregate.self, of: number)?.mergedIntoNumber, next != 0 {
                number = StreamNumber(next)
            }
            return number
        }
        return nil
    }

    private static func first(_ ids: some Sequence<String>, _ log: any LogReader) throws(Refusal) -> StreamNumber? {
        for id in ids {
            for kind in [AggregateKind.ticket, .interaction] {
                if let number = try stream(of: id, kind, log) { return number }
            }
        }
        return nil
    }

    private static func stream(
        of messageID: String, _ kind: AggregateKind, _ log: any LogReader
    ) throws(Refusal) -> StreamNumber? {
        messageID.isEmpty ? nil : try log.resolve(Reference(external: ExternalKey(messageID: messageID)), kind)
    }
}

extension EmailPersonal {
    /// The messages before it, the newest one first, each once.
    fileprivate var before: [String] {
        var ids: [String] = []
        var seen: Set<String> = [messageID]
        for id in [inReplyTo] + references.reversed() where !id.isEmpty && seen.insert(id).inserted { ids.append(id) }
        return ids
    }
}
