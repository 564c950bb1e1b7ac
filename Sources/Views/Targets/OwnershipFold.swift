internal import Schema

/// Folds whose a party is, and which employees a team has: every change with the instant from which on it holds.
///
/// - `owners`: party, position of the event → instant, `OwnerCode`.
/// - `memberships`: employee, position of the event, team → instant, 1 where he came and 0 where he left.
struct OwnershipFold {
    /// Folds an event of a party or an employee.
    ///
    /// - Throws: what the store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        switch (event.header.streamKind, event.payload) {
        case (.party, .ownerAssigned(let assigned)):
            var row = [UInt8].key(capacity: 17)
            row.append(event.header.occurredAt)
            try store.put(Targets.owners, OwnershipFold.key(event), row + OwnerCode(assigned.owner).bytes)
        case (_, .employeeHired(let hired)):
            for team in hired.teamNumbers { try note(team, true, event, &store) }
        case (_, .teamJoined(let joined)): try note(joined.teamNumber, true, event, &store)
        case (_, .teamLeft(let left)): try note(left.teamNumber, false, event, &store)
        case (_, .employeeDeactivated(let deactivated)):
            for team in deactivated.teamNumbers { try note(team, false, event, &store) }
        default: break
        }
    }

    private func note(
        _ team: UInt64, _ isMember: Bool, _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var key = OwnershipFold.key(event)
        key.append(bigEndian: team)
        var row = [UInt8].key(capacity: 9)
        row.append(event.header.occurredAt)
        row.append(isMember ? 1 : 0)
        try store.put(Targets.memberships, key, row)
    }

    private static func key(_ event: ViewEvent) -> [UInt8] {
        var key = [UInt8].key(capacity: 24)
        key.append(bigEndian: event.header.stream.rawValue)
        key.append(bigEndian: event.header.position.rawValue)
        return key
    }
}

/// Says whose a party was at an instant, and of which teams an employee was a member. What is recorded late counts from
/// the time of which it tells; of changes of the same instant the one that was recorded last counts.
struct Ownership {
    /// Each by time; sorting leaves what is of the same instant in the order of the log.
    private var parties: [UInt64: [(from: Instant, owner: OwnerCode)]] = [:]
    private var employees: [UInt64: [(from: Instant, team: UInt64, isMember: Bool)]] = [:]

    /// Reads the members of all teams.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    init(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) {
        var employees = employees
        try reader.scan(Targets.memberships, prefix: []) { (key, bytes) throws(ViewError) in
            var key = KeyReader(key)
            let employee = try key.integer(UInt64.self)
            _ = try key.integer(UInt64.self)
            let team = try key.integer(UInt64.self)
            var row = KeyReader(bytes)
            employees[employee, default: []].append((try row.instant(), team, try row.integer(UInt8.self) == 1))
            return .next
        }
        self.employees = employees.mapValues { changes in changes.sorted { $0.from < $1.from } }
    }

    /// Whose the party was; nobody's where nothing is known of then.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    mutating func owner(
        ofParty party: UInt64, at instant: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> OwnerCode {
        if party == 0 { return .none }
        if let known = parties[party] { return Ownership.last(known, at: instant) }
        var owners: [(from: Instant, owner: OwnerCode)] = []
        try reader.scan(Targets.owners, prefix: .key(party)) { (_, bytes) throws(ViewError) in
            var row = KeyReader(bytes)
            owners.append((try row.instant(), try OwnerCode(from: &row)))
            return .next
        }
        owners.sort { $0.from < $1.from }
        parties[party] = owners
        return Ownership.last(owners, at: instant)
    }

    private static func last(_ owners: [(from: Instant, owner: OwnerCode)], at instant: Instant) -> OwnerCode {
        owners.last { $0.from <= instant }?.owner ?? .none
    }

    /// The teams of which the employee was a member, each once.
    func teams(of employee: UInt64, at instant: Instant) -> Set<UInt64> {
        var teams: Set<UInt64> = []
        for change in employees[employee] ?? [] where change.from <= instant {
            if change.isMember { teams.insert(change.team) } else { teams.remove(change.team) }
        }
        return teams
    }
}
