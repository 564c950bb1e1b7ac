package import Schema
package import SwiftProtobuf

/// Stands for the target of commands that every aggregate takes: notes, tags, links. Its deciders get no state.
package enum AnyAggregate: Aggregate {
    package typealias State = Google_Protobuf_Empty

    package static var kind: AggregateKind { .unspecified }

    package static func evolve(_ state: inout Google_Protobuf_Empty, _ event: StoredEvent) {}
}

/// What notes, tags and links share.
enum Annotation {
    /// Refuses a kind that takes no notes, tags and links.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func check(_ kind: AggregateKind, _ target: Reference) throws(Refusal) {
        guard AggregateRegistry.aggregate(of: kind) != nil else {
            throw Refusal(.schemaInvalid, "kind does not say of which aggregate target is.", field: "kind")
        }
        try FormCheck.reference(target, "target")
    }

    /// The person that an event of this aggregate concerns: the party or the employee itself, the customer of an order,
    /// a return or a coupon, whom an opportunity is with, who asks in a ticket, who took part in an interaction or an
    /// appointment, whom a task concerns or a promise was made to; nil where there is none.
    static func subject(
        of kind: AggregateKind, _ number: StreamNumber, _ log: any LogReader
    ) throws(Refusal) -> NewSubject? {
        let customer: UInt64
        switch kind {
        case .party, .employee: return NewSubject(.target, .self_)
        case .coupon: customer = try log.state(CouponAggregate.self, of: number)?.partyNumber ?? 0
        case .order: customer = try log.state(OrderAggregate.self, of: number)?.partyNumber ?? 0
        case .opportunity:
            let party = try log.state(OpportunityAggregate.self, of: number)?.party ?? .none
            return party == .none ? nil : NewSubject(.number(party), .prospect)
        case .ticket: return try log.state(TicketAggregate.self, of: number)?.head.subjects().first
        case .return: customer = try log.state(ReturnAggregate.self, of: number)?.partyNumber ?? 0
        case .training:
            let employee = try log.state(TrainingAggregate.self, of: number)?.employeeNumber ?? 0
            return employee == 0 ? nil : NewSubject(.number(StreamNumber(employee)), .self_)
        case .loyaltyAccount:
            return try log.state(LoyaltyAccountAggregate.self, of: number)?.subjects.first
        case .redemption: return try log.state(RedemptionAggregate.self, of: number)?.subjects.first
        case .promise: return try log.state(PromiseAggregate.self, of: number)?.subjects().first
        case .task: return TaskText.subjects(try log.state(TaskAggregate.self, of: number)?.party ?? .none).first
        case .appointment: return try log.state(AppointmentAggregate.self, of: number)?.detail.subjects().first
        case .interaction:
            return Self.subject(of: try log.state(InteractionAggregate.self, of: number)?.parties ?? [])
        default: return nil
        }
        return customer == 0 ? nil : NewSubject(.number(StreamNumber(customer)), .customer)
    }

    /// Whether aggregates of this kind are persons, whose keys in other systems are sealed.
    static func isPerson(_ kind: AggregateKind) -> Bool { kind == .party || kind == .employee }

    /// Refuses where the target does not exist.
    ///
    /// - Throws: NOT_FOUND.
    static func requireTarget(_ context: DecisionContext) throws(Refusal) {
        guard context.head != nil else { throw Refusal(.notFound, "target names nothing. Check it.", field: "target") }
    }
}

extension NewSubject {
    /// The same subject with a sealed part.
    func sealed(_ part: Int?) -> NewSubject { NewSubject(who, role, part: part) }

    /// Under whose key its part is sealed.
    var key: PartSubject {
        switch who {
        case .target: .target
        case .number(let number): .number(number)
        }
    }
}
