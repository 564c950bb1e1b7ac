import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Sixty-four clients move the same things at the same time: what belongs together happens together or not at all.
@Suite(.serialized) struct CollisionTests {
    private static let clients = 64

    /// Lets every client send commands on a connection of its own; all results.
    private static func collide(
        _ daemon: Daemon, _ work: @escaping @Sendable (Int, KithClient) async throws -> [CommandResult]
    ) async throws -> [CommandResult] {
        try await withThrowingTaskGroup(of: [CommandResult].self) { group in
            for client in 0..<clients {
                group.addTask { try await daemon.withClient { try await work(client, $0) } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// A programme with members who have a hundred points each; the members' accounts.
    private static func members(_ count: Int, of client: KithClient) async throws -> [String] {
        let programme = newID()
        try await client.accepted(
            Command(
                .with {
                    $0.defineProgramme = .with {
                        $0.id = programme
                        $0.label = "Club"
                    }
                }))
        var accounts: [String] = []
        for index in 0..<count {
            let (party, account) = (newID(), newID())
            let enrol = CommandBody.with {
                $0.enrolMember = .with {
                    $0.id = account
                    $0.programme = Reference(id: programme)
                    $0.party = Reference(id: party)
                }
            }
            let earn = CommandBody.with {
                $0.earnPoints = .with {
                    $0.account = Reference(id: account)
                    $0.cause = ExternalKey(system: "test", key: "welcome")
                    $0.points = 100
                }
            }
            try await client.accepted(Command(.person("Member \(index)", id: party), enrol, earn))
            accounts.append(account)
        }
        return accounts
    }

    private static func balances(of client: KithClient, atLeast position: UInt64) async throws -> [PointsBalance] {
        try await client.all(.loyaltyAccount, atLeast: position).map(\.loyaltyAccount.balance)
    }

    @Test(.timeLimit(.minutes(3)))
    func `transfers between the same accounts neither make nor lose points`() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed of the transfers: \(seed)")
        try await Daemon.run { daemon in
            let accounts = try await daemon.withClient { try await CollisionTests.members(8, of: $0) }
            let results = try await CollisionTests.collide(daemon) { number, client in
                var random = SplitMix(seed: seed &+ UInt64(number))
                var results: [CommandResult] = []
                for _ in 0..<15 {
                    let from = Int(random.next() % 8)
                    let to = (from + 1 + Int(random.next() % 7)) % 8
                    let points = Int64(1 + random.next() % 60)
                    let isGuarded = random.next() % 4 == 0
                    let command = Command(
                        .with {
                            $0.transferPoints = .with {
                                $0.from = Reference(id: accounts[from])
                                $0.to = Reference(id: accounts[to])
                                $0.points = points
                            }
                            // Whoever says at which revision he decides hears of the others, and of nothing else.
                            if isGuarded { $0.expectedRevision = 3 }
                        })
                    results.append(try await client.submit(command).value)
                }
                return results
            }
            let codes = Set(results.compactMap(\.refusal))
            #expect(codes.isSubset(of: [.insufficientPoints, .revisionConflict]), "\(codes)")
            #expect(codes.contains(.revisionConflict))
            #expect(results.contains { $0.refusal == nil })

            let position = try await daemon.durablePosition()
            try await daemon.withClient { client in
                let balances = try await CollisionTests.balances(of: client, atLeast: position)
                #expect(balances.reduce(0) { $0 + $1.active } == 800)
                #expect(balances.allSatisfy { $0.active >= 0 && $0.earned == 100 })
                #expect(balances.reduce(0) { $0 + $1.transferred } == 0)
                try await CollisionTests.expectBothSides(client)
            }
        }
    }

    /// Of every transfer both sides stand in the log, in one command, with opposite points.
    private static func expectBothSides(_ client: KithClient) async throws {
        var sums: [String: Int64] = [:]
        let request = HistoryRequest.with { $0.kind = .pointsTransferred }
        for event in try await client.events(request) {
            guard case .pointsTransferred(let moved)? = event.payload.event else {
                Issue.record("another event")
                continue
            }
            sums[event.commandID, default: 0] += moved.points
        }
        #expect(!sums.isEmpty && sums.values.allSatisfy { $0 == 0 })
    }

    @Test(.timeLimit(.minutes(3)))
    func `points are converted into as many rewards as there are, and paid for each`() async throws {
        try await Daemon.run { daemon in
            let (accounts, reward) = try await daemon.withClient { client in
                let accounts = try await CollisionTests.members(4, of: client)
                let reward = newID()
                try await client.accepted(
                    Command(
                        .with {
                            $0.defineReward = .with {
                                $0.id = reward
                                $0.detail.label = "Mug"
                                $0.detail.points = 10
                                $0.stock = 20
                            }
                        }))
                return (accounts, reward)
            }
            let results = try await CollisionTests.collide(daemon) { number, client in
                let command = Command(
                    .with {
                        $0.redeemReward = .with {
                            $0.account = Reference(id: accounts[number % 4])
                            $0.reward = Reference(id: reward)
                        }
                    })
                return [try await client.submit(command).value]
            }
            let winners = results.filter { $0.refusal == nil }
            #expect(winners.count == 20)
            #expect(
                winners.allSatisfy {
                    Set($0.accepted.events.map(\.kind)).isSuperset(of: [.rewardRedeemed, .pointsSpent])
                })
            #expect(Set(results.compactMap(\.refusal)).isSubset(of: [.stockOut, .insufficientPoints]))
            let position = try await daemon.durablePosition()
            try await daemon.withClient { client in
                let balances = try await CollisionTests.balances(of: client, atLeast: position)
                #expect(balances.reduce(0) { $0 + $1.spent } == 200)
                #expect(balances.reduce(0) { $0 + $1.active } == 200)
            }
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `portfolios that are handed over at once leave everything with one owner`() async throws {
        try await Daemon.run { daemon in
            let staff = [newID(), newID(), newID()]
            let parties = (0..<40).map { _ in newID() }
            try await daemon.withClient { client in
                for (index, employee) in staff.enumerated() {
                    try await client.accepted(
                        Command(
                            .with {
                                $0.hireEmployee = .with {
                                    $0.id = employee
                                    $0.name.display = "Employee \(index)"
                                }
                            }))
                }
                for party in parties {
                    try await client.accepted(
                        Command(.person("Customer", id: party), .owner(of: party, staff[0])))
                }
            }
            let results = try await CollisionTests.collide(daemon) { number, client in
                var results: [CommandResult] = []
                for round in 0..<3 {
                    let (from, to) = (number + round) % 2 == 0 ? (staff[0], staff[1]) : (staff[1], staff[0])
                    let transfer = CommandBody.with {
                        $0.transferPortfolio = .with {
                            $0.from.employee = Reference(id: from)
                            $0.to.employee = Reference(id: to)
                        }
                    }
                    results.append(try await client.submit(Command(transfer)).value)
                    let assign = CommandBody.owner(of: parties[(number * 3 + round) % 40], staff[2]).with { body in
                        if number % 4 == 0 { body.expectedRevision = 2 }
                    }
                    results.append(try await client.submit(Command(assign)).value)
                }
                return results
            }
            #expect(Set(results.compactMap(\.refusal)).isSubset(of: [.revisionConflict]))
            try await CollisionTests.expectOneOwner(daemon, parties: parties.count)
        }
    }

    /// Every change of owner goes on from the one before, and a hand-over's count is that of its changes.
    private static func expectOneOwner(_ daemon: Daemon, parties: Int) async throws {
        let position = try await daemon.durablePosition()
        try await daemon.withClient { client in
            var owners: [UInt64: Owner] = [:]
            var moved: [String: UInt64] = [:]
            for event in try await client.events(.with { $0.kind = .ownerAssigned }) {
                guard case .ownerAssigned(let assigned)? = event.payload.event else { continue }
                #expect(assigned.ownerBefore == owners[event.streamNumber] ?? Owner())
                owners[event.streamNumber] = assigned.owner
                if assigned.transferred { moved[event.commandID, default: 0] += 1 }
            }
            for event in try await client.events(.with { $0.kind = .portfolioTransferred }) {
                guard case .portfolioTransferred(let transfer)? = event.payload.event else { continue }
                #expect(transfer.transferred.reduce(0) { $0 + $1.count } == moved[event.commandID] ?? 0)
            }
            #expect(owners.count == parties)
            for record in try await client.all(.party, atLeast: position) {
                #expect(record.party.owner == owners[record.number])
            }
        }
    }
}

extension CommandBody {
    /// Gives a party to an employee.
    fileprivate static func owner(of party: String, _ employee: String) -> CommandBody {
        .with {
            $0.assignOwner = .with {
                $0.kind = .party
                $0.target = Reference(id: party)
                $0.owner.employee = Reference(id: employee)
            }
        }
    }
}
