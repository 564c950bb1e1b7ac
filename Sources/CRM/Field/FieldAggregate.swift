package import Schema

/// The definition of a field of the organisation's own: what aggregates of a kind can hold beside what every one has.
package enum FieldAggregate: Aggregate {
    package typealias State = FieldState

    package static var kind: AggregateKind { .field }

    package static func evolve(_ state: inout FieldState, _ event: StoredEvent) {
        switch event.payload {
        case .fieldDefined(let defined): state.definition = defined.definition
        case .fieldChanged(let changed): state.definition = changed.definition
        case .fieldRetired: state.retired = true
        default: break
        }
    }
}

extension ExternalKey {
    /// The key under which the definition of a field is found.
    init(fieldOf kind: AggregateKind, _ key: String) {
        self.init(system: ReservedSystem.field, key: "\(kind.rawValue)/\(key)")
    }
}

/// A definition as decisions find it.
struct KnownField {
    var number: StreamNumber
    var revision: Revision
    var definition: FieldDefinition
    var retired: Bool
}

extension World {
    /// The definition of a kind's field, retired ones as well; nil where there never was one with this key.
    func field(_ kind: AggregateKind, _ key: String) throws(Refusal) -> KnownField? {
        guard let number = try resolve(Reference(external: ExternalKey(fieldOf: kind, key)), .field) else { return nil }
        return try field(number)
    }

    /// The definitions of a kind's fields that are in use, in the order in which they were made.
    func fields(of kind: AggregateKind) throws(Refusal) -> [KnownField] {
        let token = lookupKey(domain: FieldEffects.domain, value: FieldEffects.value(of: kind))
        var fields: [KnownField] = []
        for number in try holders(of: token) { if let field = try field(number) { fields.append(field) } }
        return fields
    }

    private func field(_ number: StreamNumber) throws(Refusal) -> KnownField? {
        guard let head = try head(of: number), let state = try state(FieldAggregate.self, of: number) else {
            return nil
        }
        return KnownField(
            number: number, revision: head.revision, definition: state.definition, retired: state.retired)
    }
}
