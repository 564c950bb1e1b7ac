extension EventPayload.OneOf_Event {
    /// The items of the content store that the event refers to, in their order; most events refer to none.
    public var bodies: [BodyReference] {
        switch self {
        case .noteAdded(let added): added.bodies
        case .interactionLogged(let logged): logged.bodies
        case .ticketOpened(let opened): opened.bodies
        case .customerMessageReceived(let received): received.bodies
        case .agentReplied(let replied): replied.bodies
        default: []
        }
    }
}
