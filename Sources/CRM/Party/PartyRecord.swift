internal import Schema

/// What is recorded of a party's personal data, opened while a command is prepared.
struct PartyRecord {
    private let state: PartyState
    private let reader: any PreparationReader
    // One part often holds the name and several contact points.
    private var opened: [SealedRef: PersonalData] = [:]

    init(_ state: PartyState, _ reader: any PreparationReader) {
        self.state = state
        self.reader = reader
    }

    /// The name in force; empty where there is none.
    ///
    /// - Throws: ERASED where it can no longer be opened.
    mutating func name() throws(Refusal) -> PartyNamePersonal {
        guard state.hasNamePart else { return PartyNamePersonal() }
        switch try open(state.namePart).data {
        case .partyRegistered(let party): return party.name
        case .partyCorrected(let changed), .partyDetailChanged(let changed): return changed.name
        default: return PartyNamePersonal()
        }
    }

    /// The value of a contact point in use.
    ///
    /// - Throws: ERASED where it can no longer be opened.
    mutating func value(of contactPoint: ContactPointState) throws(Refusal) -> ContactPointPersonal {
        switch try open(contactPoint.sealed).data {
        case .partyRegistered(let party):
            let index = Int(contactPoint.index)
            return party.contactPoints.indices.contains(index) ? party.contactPoints[index] : ContactPointPersonal()
        case .contactPointAdded(let added): return added.contactPoint
        default: return ContactPointPersonal()
        }
    }

    /// All contact points in use, as a command would name them.
    mutating func contactPoints() throws(Refusal) -> [KeptContactPoint] {
        var points: [KeptContactPoint] = []
        for contactPoint in state.contactPoints {
            points.append(
                KeptContactPoint(kind: contactPoint.kind, label: "", personal: try value(of: contactPoint)))
        }
        return points
    }

    private mutating func open(_ reference: SealedRef) throws(Refusal) -> PersonalData {
        if let data = opened[reference] { return data }
        let data = try reader.open(reference)
        opened[reference] = data
        return data
    }
}
