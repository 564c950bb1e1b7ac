internal import Schema
internal import SwiftProtobuf

/// What a party bought and brought back in one currency. Sums are exact; a figure that its field cannot hold stays at
/// the field's limit.
struct PurchaseFigures {
    private var orders: UInt64 = 0
    private var returns: UInt64 = 0
    private var gross: Int128 = 0
    private var returned: Int128 = 0
    private var first: Instant?
    private var last: Instant?
    /// When the orders with a positive total were placed, earliest first.
    private var purchases: [Instant] = []
    /// By the bytes of the category's path.
    private var categories: [[UInt8]: (gross: Int128, lines: UInt64)] = [:]
    /// Cost of what was sold and not returned, in minor units; nil once any of it is unknown.
    private(set) var cost: Int128? = 0

    /// Adds an order; they come in the order of their times.
    mutating func addOrder(at: Instant, net: Int64) {
        // Deciders see to it that times lie in these bounds; within them no difference overflows.
        let at = min(max(at, .earliest), .latest)
        orders += 1
        gross += Int128(net)
        if first == nil { first = at }
        last = at
        if net > 0 { purchases.append(at) }
    }

    /// Adds a line of an order.
    mutating func addLine(net: Int64, category: String) {
        categories[Array(category.utf8), default: (0, 0)].gross += Int128(net)
        categories[Array(category.utf8), default: (0, 0)].lines += 1
    }

    /// Adds the cost of a line; nil where it is not known.
    mutating func addCost(_ lineCost: Int128?) {
        guard let sum = cost, let lineCost else {
            cost = nil
            return
        }
        cost = sum + Int128(Int64(clamping: lineCost))
    }

    mutating func addReturn(net: Int64) {
        returns += 1
        returned += Int128(net)
    }

    func history(currency: String, asOf: Instant) -> PurchaseHistory {
        var history = PurchaseHistory()
        history.currency = currency
        history.orders = orders
        history.purchases = UInt64(purchases.count)
        history.returns = returns
        history.gross = Int64(clamping: gross)
        history.returned = Int64(clamping: returned)
        history.net = Int64(clamping: gross - returned)
        if let first { history.firstOrder = first.timestamp }
        if let last {
            history.lastOrder = last.timestamp
            history.daysSinceLastOrder = PurchaseFigures.wholeDays(from: last, to: asOf)
        }
        if orders > 0 {
            history.averageOrderValue = Int64(clamping: Decimals.halfEven(gross, dividedBy: Int128(orders)))
        }
        if gross != 0 { history.returnRate = Double(returned) / Double(gross) }
        if let cost { history.margin = Int64(clamping: gross - returned - cost) }
        if let intervals = Intervals(between: purchases) {
            history.meanIntervalDays = intervals.meanDays
            history.medianIntervalDays = intervals.medianDays
        }
        history.categories = totals
        return history
    }

    /// In the order of the categories' bytes.
    private var totals: [CategoryTotal] {
        categories.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { path, sums in
            var total = CategoryTotal()
            total.category = String(decoding: path, as: UTF8.self)
            total.gross = Int64(clamping: sums.gross)
            total.lines = sums.lines
            return total
        }
    }

    /// Whole days that have passed; 0 where `end` is earlier.
    private static func wholeDays(from start: Instant, to end: Instant) -> UInt64 {
        let end = min(max(end, .earliest), .latest)
        return end < start ? 0 : UInt64((end.rawValue - start.rawValue) / Intervals.microsecondsPerDay)
    }
}

/// The times between instants that follow each other. Two at the same instant lie no time apart.
struct Intervals {
    static let microsecondsPerDay: Int64 = 86_400_000_000

    /// In microseconds, shortest first.
    private let sorted: [Int64]

    /// Nil below two instants, which come earliest first.
    init?(between instants: [Instant]) {
        guard instants.count > 1 else { return nil }
        sorted = zip(instants.dropFirst(), instants).map { $0.rawValue - $1.rawValue }.sorted()
    }

    var meanDays: Double {
        Intervals.days(sorted.reduce(0, +)) / Double(sorted.count)
    }

    /// The middle one, or the mean of the two in the middle.
    var medianDays: Double {
        let upper = sorted[sorted.count / 2]
        guard sorted.count % 2 == 0 else { return Intervals.days(upper) }
        return (Intervals.days(sorted[sorted.count / 2 - 1]) + Intervals.days(upper)) / 2
    }

    private static func days(_ microseconds: Int64) -> Double {
        Double(microseconds) / Double(microsecondsPerDay)
    }
}
