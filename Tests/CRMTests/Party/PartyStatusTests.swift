internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct PartyStatusTests {
    private static let all: [PartyStatus] = [.suspect, .prospect, .customer, .former]

    /// Every step that is allowed, besides staying.
    private static let allowed: Set<[PartyStatus]> = [
        [.suspect, .prospect], [.suspect, .customer], [.suspect, .former], [.prospect, .customer],
        [.prospect, .former], [.customer, .former], [.former, .customer],
    ]

    @Test(arguments: all, all)
    func `a status goes forward, and a former customer is won back`(from: PartyStatus, to: PartyStatus) {
        for historic in [false, true] {
            var scenario = Scenario()
            var register = RegisterParty.person()
            register.status = from
            let party = Reference(number: scenario.registered(register))
            let outcome = scenario.when(
                ChangePartyStatus.with {
                    $0.party = party
                    $0.status = to
                }, historic: historic)
            if from == to {
                #expect(outcome.isUnchanged)
            } else if Self.allowed.contains([from, to]) {
                #expect(
                    outcome.payloads == [
                        .partyStatusChanged(
                            .with {
                                $0.from = from
                                $0.to = to
                            })
                    ])
                #expect(scenario.party(StreamNumber(party.number)).status == to)
            } else {
                #expect(outcome.code == .illegalTransition && outcome.field == "status")
            }
        }
    }

    @Test func `a status must be one that is known`() {
        var scenario = Scenario()
        let party = Reference(number: scenario.registered())
        for status in [PartyStatus.unspecified, .UNRECOGNIZED(8)] {
            let outcome = scenario.when(
                ChangePartyStatus.with {
                    $0.party = party
                    $0.status = status
                })
            #expect(outcome.code == .schemaInvalid && outcome.field == "status")
        }
    }

    @Test func `archiving needs a reason, except in history`() {
        var scenario = Scenario()
        let party = Reference(number: scenario.registered())
        let archive = ArchiveParty.with { $0.party = party }
        #expect(scenario.when(archive).code == .reasonRequired)
        var copy = scenario
        #expect(copy.when(archive, historic: true).kinds == [.partyArchived])
        #expect(scenario.when(archive, reason: "moved away").kinds == [.partyArchived])
        #expect(scenario.when(archive).isUnchanged)
    }

    @Test func `an archived party can be restored, one in use is unchanged`() {
        var scenario = Scenario()
        let party = Reference(number: scenario.registered())
        let restore = RestoreParty.with { $0.party = party }
        #expect(scenario.when(restore).isUnchanged)
        scenario.when(ArchiveParty.with { $0.party = party }, reason: "moved away")
        #expect(
            scenario.when(
                ChangePartyStatus.with {
                    $0.party = party; $0.status = .customer
                }
            ).code == .archived)
        #expect(scenario.when(restore).kinds == [.partyRestored])
        #expect(
            scenario.when(
                ChangePartyStatus.with {
                    $0.party = party; $0.status = .customer
                }
            ).code == nil)
    }

    @Test func `a party that does not exist is not found`() {
        var scenario = Scenario()
        let product = Reference(number: scenario.given(.import, .importStarted(ImportStarted())))
        for party in [product, Reference(number: StreamNumber(99)), Reference(id: .zero.successor)] {
            #expect(scenario.when(ArchiveParty.with { $0.party = party }, reason: "x").code == .notFound)
            #expect(scenario.when(RestoreParty.with { $0.party = party }).code == .notFound)
        }
    }
}

extension Identifier {
    fileprivate var successor: Identifier { Identifier(high: high, low: low + 1) }
}

@Suite struct CustomerStatusPolicyTests {
    private var scenario = Scenario()
    private let ann: StreamNumber
    private let instant = Instant(microseconds: 1_600_000_000_000_000)

    init() {
        var register = RegisterParty.person()
        register.status = .prospect
        ann = scenario.registered(register)
    }

    private func consequences(_ before: Int64, _ change: Int64, cause: UInt64 = 77) -> [NewEvent] {
        CustomerStatusPolicy.consequences(
            party: scenario.party(ann), number: ann, confirmedOrdersBefore: before, change: change,
            cause: Position(cause), at: instant)
    }

    /// Puts what the policy said on the party's stream.
    private mutating func append(_ events: [NewEvent]) {
        for event in events { scenario.given(on: ann, event.payload) }
    }

    @Test func `the first confirmed order makes a customer`() throws {
        let event = try #require(consequences(0, 1).first)
        #expect(event.origin == .policy && event.stream == .other(ann) && event.causation == Position(77))
        #expect(event.occurredAt == instant && event.subjects == [NewSubject(.number(ann), .self_)])
        #expect(
            event.payload
                == .partyStatusChanged(
                    .with {
                        $0.from = .prospect
                        $0.to = .customer
                        $0.policyVersion = 1
                        $0.causePositions = [77]
                    }))
    }

    @Test func `further orders change nothing, nor does the first one of a customer`() {
        #expect(consequences(1, 1).isEmpty)
        #expect(consequences(2, -1).isEmpty)
        var scenario = Scenario()
        var register = RegisterParty.person()
        register.status = .customer
        let bo = scenario.registered(register)
        #expect(
            CustomerStatusPolicy.consequences(
                party: scenario.party(bo), number: bo, confirmedOrdersBefore: 0, change: 1, cause: Position(9),
                at: instant
            ).isEmpty)
    }

    @Test mutating func `cancelling the last confirmed order withdraws what the policy made`() throws {
        append(consequences(0, 1))
        let changed = scenario.nextPosition.rawValue - 1
        #expect(scenario.party(ann).status == .customer)
        let event = try #require(consequences(1, -1, cause: 88).first)
        #expect(
            event.payload
                == .partyStatusWithdrawn(
                    .with {
                        $0.from = .customer
                        $0.to = .prospect
                        $0.policyVersion = 1
                        $0.withdrawnPosition = changed
                        $0.causePositions = [88]
                    }))
        append([event])
        #expect(scenario.party(ann).status == .prospect && scenario.party(ann).policyPosition == 0)
        #expect(consequences(1, -1).isEmpty)
        #expect(consequences(0, 1).count == 1)
    }

    @Test mutating func `a status that somebody commanded since then stays`() {
        append(consequences(0, 1))
        scenario.when(
            ChangePartyStatus.with {
                $0.party = Reference(number: ann)
                $0.status = .former
            })
        #expect(consequences(1, -1).isEmpty)
        #expect(scenario.party(ann).status == .former)
    }
}
