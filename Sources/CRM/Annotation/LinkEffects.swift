package import Schema

/// What links and tags in the open do to the index, on every kind of aggregate.
package enum LinkEffects {
    /// The effects of an event of the stream `stream`.
    package static func effects(
        of event: EventPayload.OneOf_Event, on kind: AggregateKind, stream: StreamNumber
    ) -> [IndexEffect] {
        switch event {
        // A party's key is sealed: see `PersonalEffects`.
        case .externalLinked(let linked): linked.hasKey ? [.link(kind, linked.key)] : []
        case .externalUnlinked(let unlinked): unlinked.hasKey ? [.unlink(kind, unlinked.key)] : []
        case .tagged(let tagged): [.claim(.tag(stream, tagged.tag), 1)]
        case .untagged(let untagged): [.claim(.tag(stream, untagged.tag), -1)]
        default: []
        }
    }
}
