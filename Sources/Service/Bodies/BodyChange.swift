internal import CRM
internal import Schema

/// What an event means for the content store, once it is durable.
enum BodyChange: Sendable, Hashable {
    /// The event at the position refers to the item from now on.
    case referred(Identifier, Position)
    /// The event at the position says that the item's key is to be destroyed.
    case redacted(Identifier, Position)

    /// What an event means; nothing for most.
    static func changes(of event: StoredEvent) -> [BodyChange] {
        if case .bodyRedacted(let redacted) = event.payload {
            return Identifier(redacted.body.itemID).map { [.redacted($0, event.position)] } ?? []
        }
        return event.payload.bodies.compactMap { body in
            Identifier(body.itemID).map { .referred($0, event.position) }
        }
    }
}
