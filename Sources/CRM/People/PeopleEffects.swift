package import Schema

/// What events of employees, teams and territories do to the index.
package enum PeopleEffects {
    /// The effects of an event of the stream `stream`.
    package static func effects(of event: EventPayload.OneOf_Event, stream: StreamNumber) -> [IndexEffect] {
        switch event {
        case .employeeHired(let hired): members(hired.teamNumbers, 1)
        case .teamJoined(let joined): joined.memberBefore ? [] : members([joined.teamNumber], 1)
        case .teamLeft(let left): members([left.teamNumber], -1)
        case .employeeDeactivated(let deactivated): members(deactivated.teamNumbers, -1)
        case .teamDefined(let team): name(team.name, of: stream, taken: true) + part(of: team.parentNumber, 1)
        case .teamChanged(let team):
            name(team.nameBefore, of: stream, taken: false) + name(team.name, of: stream, taken: true)
                + part(of: team.parentNumberBefore, -1) + part(of: team.parentNumber, 1)
        case .teamRetired(let team): name(team.name, of: stream, taken: false) + part(of: team.parentNumber, -1)
        case .territoryDefined(let territory):
            [.claim(.territories, 1)] + rules(territory.rules, of: stream, taken: true)
                + part(of: territory.parentNumber, 1) + OwnerEffects.opened(.territory, owner: territory.owner)
        case .territoryChanged(let territory):
            rules(territory.rulesBefore, of: stream, taken: false) + rules(territory.rules, of: stream, taken: true)
                + part(of: territory.parentNumberBefore, -1) + part(of: territory.parentNumber, 1)
        case .territoryRetired(let territory):
            rules(territory.rules, of: stream, taken: false) + part(of: territory.parentNumber, -1)
                + OwnerEffects.closed(.territory, owner: territory.owner)
        default: []
        }
    }

    private static func members(_ teams: [UInt64], _ change: Int64) -> [IndexEffect] {
        teams.flatMap { team -> [IndexEffect] in
            let value = ClaimKey.bigEndian(team)
            return [
                .claim(.teamMembers(StreamNumber(team)), change),
                change > 0
                    ? .addToken(domain: memberDomain, value: value) : .removeToken(domain: memberDomain, value: value),
            ]
        }
    }

    /// The domain of the tokens by which the employees of a team are found.
    static let memberDomain = "team-member"

    private static func part(of parent: UInt64, _ change: Int64) -> [IndexEffect] {
        parent == 0 ? [] : [.claim(.parts(StreamNumber(parent)), change)]
    }

    private static func name(_ name: String, of stream: StreamNumber, taken: Bool) -> [IndexEffect] {
        [register(.teamName(name), stream, taken)]
    }

    private static func rules(_ rules: [TerritoryRule], of stream: StreamNumber, taken: Bool) -> [IndexEffect] {
        rules.map { register(.territoryRule($0), stream, taken) }
    }

    /// A claim that gives a stream's number back while the stream has the key to itself.
    private static func register(_ key: ClaimKey, _ stream: StreamNumber, _ taken: Bool) -> IndexEffect {
        let number = Int64(clamping: stream.rawValue)
        return .claim(key, taken ? number : -number)
    }
}

extension World {
    /// The employees who are in a team, by ascending number.
    func members(of team: StreamNumber) throws(Refusal) -> [StreamNumber] {
        try holders(of: lookupKey(domain: PeopleEffects.memberDomain, value: ClaimKey.bigEndian(team.rawValue)))
    }
}
