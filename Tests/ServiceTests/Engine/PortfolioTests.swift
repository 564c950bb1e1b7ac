internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import CRM
@testable import Service

@Suite struct PortfolioTests {
    private static let owners = 4
    private static let parties = 40

    private static func id(_ number: Int) -> Identifier {
        Identifier(high: 0x0199_0000_0000_7000, low: 0x8000_0000_0000_0000 | UInt64(number))
    }

    private static func owner(_ number: Int) -> OwnerReference {
        .with { $0.employee = Reference(id: id(number)) }
    }

    /// Four employees, and forty parties that they look after in turn.
    private func prepare(_ test: TestService) async throws {
        var bodies: [CommandBody.OneOf_Command] = []
        for owner in 0..<Self.owners {
            bodies.append(
                .hireEmployee(
                    .with {
                        $0.id = Self.id(owner).description
                        $0.name.display = "Owner \(owner)"
                    }))
        }
        for party in 0..<Self.parties {
            bodies.append(.upsertParty("\(party)", name: "Party \(party)"))
            bodies.append(
                .assignOwner(
                    .with {
                        $0.kind = .party
                        $0.target.external.system = "shop"
                        $0.target.external.key = "\(party)"
                        $0.owner = Self.owner(party % Self.owners)
                    }))
        }
        _ = try await test.accept(.sample(1, bodies))
    }

    private static func transfer(_ client: Int, _ round: Int) -> Command {
        let from = (7 * client + 3 * round) % owners
        let to = (from + 1 + (client + round) % (owners - 1)) % owners
        let body = TransferPortfolio.with {
            $0.from = owner(from)
            $0.to = owner(to)
            $0.most = UInt32(1 + (5 * client + round) % 10)
        }
        // Two bodies: the second one goes on with what the first has left.
        return .sample(UInt64(100 + client * 10 + round), [.transferPortfolio(body), .transferPortfolio(body)])
    }

    @Test func `portfolios that 64 clients hand around at once lose nothing and have nothing twice`() async throws {
        let test = try TestService()
        try await prepare(test)
        let refused = await withTaskGroup(of: [ErrorDetail].self) { group in
            for client in 0..<64 {
                group.addTask {
                    let commands = (0..<4).map { Self.transfer(client, $0) }
                    return await test.submit(commands).compactMap { result in
                        if case .refused(let detail)? = result.outcome { detail } else { nil }
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(refused.isEmpty, "\(refused.first?.sentence ?? "")")

        let end = test.service.context.log.end.position.rawValue
        var counts: [UInt64: Int64] = [:]
        for party in 0..<Self.parties {
            let record = try await test.service.get(.party("\(party)", atLeast: end), from: .uid(0)).value.record
            counts[record.party.owner.employeeNumber, default: 0] += 1
        }
        #expect(counts[0] == nil && counts.values.reduce(0, +) == Int64(Self.parties))
        for (number, count) in counts {
            let key = try #require(OwnerKey(Owner(employee: StreamNumber(number))))
            #expect(try test.service.context.log.index.claim(ClaimKey.openWork(key).bytes) == count)
            #expect(try test.service.context.log.index.claim(ClaimKey.openWork(key, .party).bytes) == count)
        }
        await test.stop()
        test.remove()
    }

    @Test func `an employee is a subject: what is said of him opens again, his key names him`() async throws {
        let test = try TestService()
        let key = ExternalKey(system: "hr", key: "P-7")
        let hired = try await test.accept(
            .sample(
                1,
                [
                    .hireEmployee(
                        .with {
                            $0.name.display = "Bo Chen"
                            $0.external = [key]
                        })
                ]))
        let change = ChangeEmployee.with {
            $0.employee = Reference(external: key)
            $0.name.display = "Bo Lindt"
        }
        #expect(try await test.accept(.sample(2, [.changeEmployee(change)])).events.count == 1)
        let again = try await test.submit(.sample(3, [.changeEmployee(change)]))
        #expect(again.unchanged.bodies.map(\.unchanged) == [true])
        #expect(try await test.refusal(.sample(4, [.hireEmployee(.with { $0.external = [key] })])) == .referenceTaken)
        var request = GetRequest()
        request.kind = .employee
        request.reference = Reference(id: Identifier(hired.bodies[0].id) ?? .zero)
        request.atLeast = test.service.context.log.end.position.rawValue
        let record = try await test.service.get(request, from: .uid(0)).value.record
        #expect(record.employee.name.display == "Bo Lindt" && record.external == [key])
        await test.stop()
        test.remove()
    }
}
