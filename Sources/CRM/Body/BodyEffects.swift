package import Schema

/// What events do to the index that refer to items of the content store, or redact one.
package enum BodyEffects {
    /// The effects of an event of any aggregate.
    package static func effects(of event: StoredEvent) -> [IndexEffect] {
        let position = Int64(clamping: event.position.rawValue)
        if case .bodyRedacted(let redacted) = event.payload {
            guard let id = Identifier(redacted.body.itemID) else { return [] }
            return [.claim(.bodyRedacted(id), position), .claim(.bodyRedactions, 1)]
        }
        return event.payload.bodies.compactMap { body in
            Identifier(body.itemID).map { .claim(.body($0), position) }
        }
    }
}

extension ClaimKey {
    /// Register: position of the event that refers to an item of the content store; 0 where none does.
    package static func body(_ item: Identifier) -> ClaimKey { ClaimKey(domain: 140, item.bytes) }

    /// Register: position of the event that redacted an item of the content store; 0 where none did.
    package static func bodyRedacted(_ item: Identifier) -> ClaimKey { ClaimKey(domain: 141, item.bytes) }

    /// How many items were ever redacted.
    package static let bodyRedactions = ClaimKey(domain: 142, [])
}
