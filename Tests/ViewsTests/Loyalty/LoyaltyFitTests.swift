internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Events that cannot follow from what came before: the engine parks the projection at them.
@Suite struct LoyaltyFitTests {
    private static func earned(_ change: (inout PointsEarned) -> Void) -> EventPayload.OneOf_Event {
        .pointsEarned(
            .with {
                $0.points = 10
                $0.lots = [
                    .with {
                        $0.lot = 1
                        $0.points = 10
                    }
                ]
                ($0.balance.earned, $0.balance.active) = (30, 30)
                change(&$0)
            })
    }

    private static func spent(_ change: (inout PointsSpent) -> Void) -> EventPayload.OneOf_Event {
        .pointsSpent(
            .with {
                $0.points = 5
                $0.lots = [
                    .with {
                        $0.earning = 4
                        $0.lot = 1
                        $0.points = 5
                        $0.leftInEarning = 15
                    }
                ]
                ($0.balance.earned, $0.balance.active, $0.balance.spent) = (20, 15, 5)
                change(&$0)
            })
    }

    static let events: [(String, EventPayload.OneOf_Event, String)] = [
        ("it is right", earned { _ in }, ""),
        ("it is right", spent { _ in }, ""),
        ("a balance that does not add up", earned { $0.balance.active = 29 }, "another balance"),
        (
            "a balance that adds up, of other points", earned { ($0.balance.earned, $0.balance.active) = (31, 31) },
            "another balance"
        ),
        ("points that are in no lot", earned { $0.points = 11 }, "breaks the ledger"),
        ("more points in lots than earned", earned { $0.lots[0].points = 12 }, "breaks the ledger"),
        ("locked points that are told as active", earned { $0.locksUntil = 1 }, "another balance"),
        (
            "a debt that there is not",
            earned {
                $0.settled = [
                    .with {
                        $0.lot = 1
                        $0.points = 1
                        $0.leftInEarning = 9
                    }
                ]
            }, "greater debt"
        ),
        ("a lot without points", earned { $0.lots[0].points = 0 }, "without points"),
        ("more than the lot holds", spent { $0.lots[0].points = 21 }, "than is left"),
        ("an earning that was none", spent { $0.lots[0].earning = 3 }, "earned nothing"),
        ("a lot that was none", spent { $0.lots[0].lot = 2 }, "does not have"),
        ("another rest of the earning", spent { $0.lots[0].leftInEarning = 14 }, "points are left"),
        ("points spent that left no lot", spent { $0.lots = [] }, "breaks the ledger"),
        ("a sum that is too great", earned { $0.points = .max }, "too great"),
        (
            "an unlocking of what is not locked",
            .pointsUnlocked(
                .with {
                    $0.earning = 4
                    $0.points = 20
                    ($0.balance.earned, $0.balance.active) = (20, 20)
                }), "locked"
        ),
    ]

    @Test(arguments: events)
    func `an event that does not fit is refused where it stands`(
        _ name: String, _ event: EventPayload.OneOf_Event, _ message: String
    ) throws {
        var sketch = LedgerSketch()
        let party = try sketch.log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let account = try sketch.enrol(try sketch.programme(), party: party)
        try sketch.earn(account, [20])
        let before = try sketch.log.fold(Loyalty.self)
        let next = sketch.log.events.count
        try sketch.tell(account, event)
        guard !message.isEmpty else {
            _ = try sketch.log.fold(Loyalty.self, onto: before, from: next)
            return
        }
        do throws(ViewError) {
            _ = try sketch.log.fold(Loyalty.self, onto: before, from: next)
            Issue.record("\(name) was taken")
        } catch {
            #expect(error.code == .eventUnfit && error.message.contains(message), "\(name): \(error.message)")
        }
        // Customer 360 keeps the same ledger.
        #expect(throws: ViewError.self) { try sketch.log.fold(Customer360.self) }
    }

    @Test func `what has not begun cannot go on`() throws {
        var sketch = LedgerSketch()
        let party = try sketch.log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let programme = try sketch.programme()
        let account = try sketch.enrol(programme, party: party)
        let reward = try sketch.log.begin(.reward, .rewardDefined(.init()))
        let redemption = try sketch.log.begin(.redemption, .rewardRedeemed(.init()))
        let empty = sketch.log.events.count
        try sketch.tell(account, .accountFrozen(.init()))
        try sketch.tell(programme, .programmeSuspended(.init()))
        try sketch.tell(reward, .rewardChanged(.init()))
        try sketch.tell(redemption, .redemptionCancelled(.init()))
        for index in empty..<sketch.log.events.count {
            var store = MemoryStore(for: Loyalty.self)
            #expect(throws: ViewError.self) { try Loyalty().apply(sketch.log.events[index], to: &store) }
        }
    }
}
