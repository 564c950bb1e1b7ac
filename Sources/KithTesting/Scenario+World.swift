package import CRM
internal import FoundationEssentials
package import Schema

extension Scenario: World, PreparationReader {
    package func resolve(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
        let number: StreamNumber? =
            switch reference.target {
            case .id(let text): Identifier(text).flatMap { numbers[$0] }
            case .number(let number): StreamNumber(number)
            case .external(let key): index.links[ScenarioHash.token(of: key, kind)]
            case .token(let token): index.links[[UInt8](token)]
            case nil: nil
            }
        guard let number, heads[number]?.kind == kind else { return nil }
        return number
    }

    package func singleton(_ kind: AggregateKind) throws(Refusal) -> StreamNumber? { singletons[kind] }

    package func head(of number: StreamNumber) throws(Refusal) -> StreamHead? { heads[number] }

    package func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State? {
        guard heads[number]?.kind == A.kind else { return nil }
        return states[number] as? A.State
    }

    package func event(at position: Position) throws(Refusal) -> StoredEvent? {
        position == .none || position >= nextPosition ? nil : events[Int(position.rawValue) - 1].stored
    }

    package func claim(_ key: ClaimKey) throws(Refusal) -> Int64 { index.claims[key] ?? 0 }

    package func holders(of token: LookupKey, most: Int) throws(Refusal) -> [StreamNumber] {
        Array(index.holders(of: token).prefix(most))
    }

    package func nextTicket(in queue: StreamNumber) throws(Refusal) -> PooledTicket? {
        index.tickets.compactMap { $0.value.pooled($0.key) }.filter { $0.queue == queue }.map(\.entry).min()
    }

    package func latestFact(ofImport number: StreamNumber) throws(Refusal) -> Instant? { nil }

    package func open(_ reference: SealedRef) throws(Refusal) -> PersonalData {
        let place = Int(reference.position) - 1
        guard events.indices.contains(place), events[place].parts.indices.contains(Int(reference.entry)),
            let part = events[place].parts[Int(reference.entry)]
        else {
            throw Refusal(.internal, "No part stands at position \(reference.position), entry \(reference.entry).")
        }
        return part
    }

    package func body(_ id: Identifier) throws(Refusal) -> KnownBody {
        guard let body = bodies[id] else { throw Refusal(.bodyUnknown, "The scenario has no such item.") }
        return body
    }

    package func lookupKey(domain: String, value: [UInt8]) -> LookupKey {
        ScenarioHash.lookupKey(domain: domain, value: value)
    }
}
