internal import CRM
internal import EventLog
internal import Schema
import Testing

@testable import Service

/// Reads the ledgers of all accounts out of a log and checks them with sums of its own.
struct LedgerAudit {
    /// What a line of an order earned, and what was taken back of it.
    struct LineLedger {
        var earned: Int64 = 0
        var net: Int64 = 0
        var returnedNet: Int64 = 0
        var reversed: Int64 = 0
        var setOff: Int64 = 0
    }

    struct LineKey: Hashable {
        var order: UInt64
        var line: UInt32
    }

    private(set) var lines: [LineKey: LineLedger] = [:]
    private(set) var ledgerEvents = 0
    private(set) var kinds: [EventKind: Int] = [:]
    private(set) var balances: [StreamNumber: PointsBalance] = [:]
    private var orderOfReturn: [UInt64: UInt64] = [:]

    /// Goes through the log and checks the identity of balances at every event, and every reversal.
    init(_ service: KithService) throws {
        var events: [StoredEvent] = []
        try service.context.log.scanChecked(from: Position(1)) { (_, record, _) throws(EventLogError) in
            events.append(try StoredEvent(reading: record))
            return true
        }
        for event in events { try take(event) }
    }

    private mutating func take(_ event: StoredEvent) throws {
        kinds[event.header.kind, default: 0] += 1
        if case .returnRegistered(let registered) = event.payload {
            orderOfReturn[event.header.stream.rawValue] = registered.orderNumber
            for line in registered.lines where registered.orderNumber != 0 {
                lines[LineKey(order: registered.orderNumber, line: line.orderLine), default: LineLedger()]
                    .returnedNet += line.net
            }
        }
        guard let balance = event.payload.pointsBalance else { return }
        ledgerEvents += 1
        let given = balance.earned + balance.adjusted + balance.transferred
        let held = balance.active + balance.locked + balance.spent + balance.expired + balance.reversed
        #expect(given == held, "the balance at position \(event.position) does not add up")
        let before = balances.updateValue(balance, forKey: event.header.stream) ?? PointsBalance()
        #expect(
            balance.earned - before.earned == event.payload.pointsEarnedByIt,
            "what was earned at position \(event.position) is not what the event says")
        switch event.payload {
        case .pointsEarned(let earned): take(earned, event)
        case .earningReversed(let reversed): take(reversed, event)
        default: break
        }
    }

    private mutating func take(_ earned: PointsEarned, _ event: StoredEvent) {
        #expect(earned.lots.reduce(0) { $0 + $1.points } == earned.points)
        for line in earned.lines {
            let key = LineKey(order: earned.orderNumber, line: line.orderLine)
            lines[key, default: LineLedger()].earned += line.points
            lines[key]?.net = line.net
        }
    }

    /// A return takes back points of lots of its own order's lines, and of no others.
    private mutating func take(_ reversed: EarningReversed, _ event: StoredEvent) {
        #expect(orderOfReturn[reversed.returnNumber] == reversed.orderNumber, "a reversal without its return")
        let named = Set(reversed.lines.map(\.orderLine))
        for movement in reversed.lots {
            #expect(
                movement.orderNumber == reversed.orderNumber && named.contains(movement.orderLine),
                "position \(event.position) takes points of another order line")
        }
        #expect(reversed.debt == 0)
        #expect(reversed.lots.reduce(0) { $0 + $1.points } == reversed.points)
        for line in reversed.lines {
            let key = LineKey(order: reversed.orderNumber, line: line.orderLine)
            lines[key, default: LineLedger()].reversed += line.points
            lines[key]?.setOff += line.setOff
        }
    }

    /// Checks that of every line exactly the share of its points was taken back that came back of its amount.
    func expectExactReversals() {
        for (key, line) in lines where line.earned > 0 {
            let due = line.net == 0 ? 0 : Self.share(line.earned, min(line.returnedNet, line.net), line.net)
            #expect(line.reversed + line.setOff == due, "line \(key.line) of order \(key.order)")
        }
    }

    /// whole * part / all, rounded half to even.
    static func share(_ whole: Int64, _ part: Int64, _ all: Int64) -> Int64 {
        let (quotient, rest) = (whole * part).quotientAndRemainder(dividingBy: all)
        if rest * 2 > all || rest * 2 == all && quotient % 2 == 1 { return quotient + 1 }
        return quotient
    }
}

extension EventPayload.OneOf_Event {
    /// How an account stands after the event; nil of an event that moves no points.
    var pointsBalance: PointsBalance? {
        switch self {
        case .pointsEarned(let event): event.balance
        case .pointsUnlocked(let event): event.balance
        case .pointsSpent(let event): event.balance
        case .earningReversed(let event): event.balance
        case .spendingReversed(let event): event.balance
        case .pointsExpired(let event): event.balance
        case .pointsAdjusted(let event): event.balance
        case .pointsTransferred(let event): event.balance
        case .pointsExpiryWithdrawn(let event): event.balance
        case .reversalWithdrawn(let event): event.balance
        default: nil
        }
    }

    /// How many points the event adds to those that were ever earned.
    var pointsEarnedByIt: Int64 { if case .pointsEarned(let event) = self { event.points } else { 0 } }
}
