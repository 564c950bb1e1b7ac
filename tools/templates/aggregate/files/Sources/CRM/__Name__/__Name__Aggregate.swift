package import Schema

/// __A_words__.
package enum __Name__Aggregate: Aggregate {
    package typealias State = __Name__State

    package static var kind: AggregateKind { .__name_camel__ }

    package static func evolve(_ state: inout __Name__State, _ event: StoredEvent) {
        switch event.payload {
        case .__name_camel__Defined(let defined): state.label = defined.label
        case .__name_camel__Relabelled(let relabelled): state.label = relabelled.label
        default: break
        }
    }
}

/// What events of __a_words__ do to the index.
package enum __Name__Effects {
    /// The effects of an event's open payload.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .__name_camel__Defined(let defined): defined.external.map { .link(.__name_camel__, $0) }
        default: []
        }
    }
}
