internal import KithTesting
internal import Schema
internal import SwiftProtobuf

@testable import CRM

/// An organisation with people: employees, teams and territories, and short forms of the commands about them.
struct Office {
    var scenario = Scenario()

    @discardableResult
    mutating func when(
        _ command: some DomainCommand, reason: String = "", historic: Bool = false, at occurredAt: Instant? = nil
    ) -> Outcome {
        scenario.when(command, reason: reason, historic: historic, at: occurredAt)
    }

    /// A new stream that a command makes.
    mutating func made(_ command: some DomainCommand) -> StreamNumber {
        let outcome = scenario.when(command)
        precondition(!outcome.events.isEmpty, "not made: \(outcome)")
        return outcome.events[0].stream
    }

    mutating func employee(_ name: String = "Bo Chen", _ change: (inout HireEmployee) -> Void = { _ in })
        -> StreamNumber
    {
        var hire = HireEmployee.named(name)
        change(&hire)
        return made(hire)
    }

    mutating func team(_ name: String, parent: StreamNumber? = nil) -> StreamNumber {
        made(DefineTeam.named(name, parent: parent))
    }

    mutating func territory(
        _ name: String = "North", _ rules: [TerritoryRule] = [], owner: OwnerReference? = nil,
        parent: StreamNumber? = nil
    ) -> StreamNumber {
        made(
            DefineTerritory.with {
                $0.name = name
                $0.rules = rules
                if let owner { $0.owner = owner }
                if let parent { $0.parent = Reference(number: parent) }
            })
    }

    mutating func party(country: String = "", name: String = "Ann Lee") -> StreamNumber {
        made(RegisterParty.person(name).with { $0.detail.country = country })
    }

    func state<A: Aggregate>(_ type: A.Type, _ number: StreamNumber) -> A.State {
        scenario.folded(type, number)
    }

    /// How many open things somebody has.
    func openWork(_ owner: Owner, _ kind: AggregateKind? = nil) throws -> Int64 {
        guard let key = OwnerKey(owner) else { return 0 }
        guard let kind else { return try scenario.claim(.openWork(key)) }
        return try scenario.claim(.openWork(key, kind))
    }

    /// The open things of a kind that somebody has.
    func owned(_ kind: AggregateKind, by owner: Owner) throws -> [StreamNumber] {
        guard let key = OwnerKey(owner) else { return [] }
        return try scenario.owned(kind, by: key, most: .max)
    }
}

extension SwiftProtobuf.Message {
    /// The same message with a change.
    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}

extension HireEmployee {
    static func named(_ name: String) -> HireEmployee { .with { $0.name.display = name } }
}

extension DefineTeam {
    static func named(_ name: String, parent: StreamNumber? = nil) -> DefineTeam {
        .with {
            $0.name = name
            if let parent { $0.parent = Reference(number: parent) }
        }
    }
}

extension OwnerReference {
    static func employee(_ number: StreamNumber) -> OwnerReference { .with { $0.employee = Reference(number: number) } }
    static func team(_ number: StreamNumber) -> OwnerReference { .with { $0.team = Reference(number: number) } }
}

extension AssignOwner {
    static func of(_ kind: AggregateKind, _ target: StreamNumber, _ owner: OwnerReference?) -> AssignOwner {
        .with {
            $0.kind = kind
            $0.target = Reference(number: target)
            if let owner { $0.owner = owner }
        }
    }
}

extension TransferPortfolio {
    static func from(_ giver: OwnerReference, to taker: OwnerReference, most: UInt32 = 0) -> TransferPortfolio {
        .with {
            $0.from = giver
            $0.to = taker
            $0.most = most
        }
    }
}

extension SetCapacity {
    static func of(_ employee: StreamNumber, _ kind: AggregateKind, _ most: UInt32?) -> SetCapacity {
        .with {
            $0.employee = Reference(number: employee)
            $0.kind = kind
            if let most { $0.most = most }
        }
    }
}

extension JoinTeam {
    static func of(_ employee: StreamNumber, _ team: StreamNumber, lead: Bool = false) -> JoinTeam {
        .with {
            $0.employee = Reference(number: employee)
            $0.team = Reference(number: team)
            $0.lead = lead
        }
    }
}

extension DeactivateEmployee {
    static func of(_ employee: StreamNumber) -> DeactivateEmployee {
        .with { $0.employee = Reference(number: employee) }
    }
}

extension AssignTerritory {
    static func of(_ party: StreamNumber, _ territory: StreamNumber?) -> AssignTerritory {
        .with {
            $0.party = Reference(number: party)
            if let territory { $0.territory = Reference(number: territory) }
        }
    }
}

extension Schema.Tag {
    static func of(_ party: StreamNumber, _ tag: String) -> Schema.Tag {
        .with {
            $0.kind = .party
            $0.target = Reference(number: party)
            $0.tag = tag
        }
    }
}

extension Untag {
    static func of(_ party: StreamNumber, _ tag: String) -> Untag {
        .with {
            $0.kind = .party
            $0.target = Reference(number: party)
            $0.tag = tag
        }
    }
}
