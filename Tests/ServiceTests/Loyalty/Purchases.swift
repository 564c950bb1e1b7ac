internal import FoundationEssentials
internal import Schema
import Testing

/// Real purchases as orders, with returns that the tests make up.
struct Purchases: Sendable {
    struct Line: Sendable {
        var quantity: Int64
        /// Minor units.
        var net: Int64
    }

    struct Order: Sendable {
        /// Empty: nobody.
        var customer: String
        var document: String
        var at: Instant
        var lines: [Line]
    }

    /// What comes back of one line of an order.
    struct Return: Sendable {
        var order: Int
        /// From 1.
        var line: Int
        var quantity: Int64
        var net: Int64
        var at: Instant
    }

    var currency: String
    var orders: [Order]
    /// Credit notes that name no order: customer, amount, instant.
    var creditNotes: [Order] = []
    var returns: [Return] = []

    static var folder: String {
        String(#filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/"))
            + "/../shared/data/purchases"
    }

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder + "/CDNOW_sample.txt") }
    static let missing: Comment = "../shared/data is not there"

    /// The CDNOW sample: every row is an order of one line.
    static func cdnow(customers: Int = .max) throws -> Purchases {
        var orders: [Order] = []
        var known = Set<String>()
        for row in try rows("CDNOW_sample.txt") {
            let cells = row.split(separator: " ")
            guard cells.count == 5, let day = Int64(cells[2]), let quantity = Int64(cells[3]) else { continue }
            known.insert(String(cells[1]))
            guard known.count <= customers else { break }
            orders.append(
                Order(
                    customer: String(cells[1]), document: "cdnow-\(orders.count)",
                    at: .day(dayNumber(day / 10_000, day / 100 % 100, day % 100)),
                    lines: [Line(quantity: quantity, net: try cents(cells[4]))]))
        }
        return Purchases(currency: "USD", orders: orders).withReturns()
    }

    /// The Online Retail extract: one order per document, a free credit note per document C….
    static func onlineRetail() throws -> Purchases {
        var documents: [String: Order] = [:]
        var names: [String] = []
        for row in try rows("online_retail_2010-12-01_15.csv").dropFirst() {
            // The description may hold commas; the other cells do not.
            let cells = row.split(separator: ",", omittingEmptySubsequences: false)
            guard cells.count >= 8, let quantity = Int64(cells[cells.count - 5]) else { continue }
            let name = String(cells[0])
            let price = try cents(cells[cells.count - 3])
            if documents[name] == nil {
                names.append(name)
                documents[name] = Order(
                    customer: String(cells[cells.count - 2]), document: name, at: try instant(cells[cells.count - 4]),
                    lines: [])
            }
            documents[name]?.lines.append(Line(quantity: quantity, net: quantity * price))
        }
        let all = names.compactMap { documents[$0] }
        var purchases = Purchases(currency: "GBP", orders: all.filter { !$0.document.hasPrefix("C") })
        purchases.creditNotes = all.filter { $0.document.hasPrefix("C") }
        return purchases.withReturns()
    }

    /// Every fifth order with a customer comes back in part: whole lines and parts of lines, early and late.
    private func withReturns() -> Purchases {
        var copy = self
        for (index, order) in orders.enumerated() where index % 5 == 2 && !order.customer.isEmpty {
            let line = index % order.lines.count
            let bought = order.lines[line]
            guard bought.quantity > 0, bought.net > 0 else { continue }
            let at = order.at.days(later: index % 2 == 0 ? 10 : 60)
            if index % 3 == 0 || bought.quantity == 1 {
                copy.returns.append(
                    Return(order: index, line: line + 1, quantity: bought.quantity, net: bought.net, at: at))
            } else {
                copy.returns.append(
                    Return(order: index, line: line + 1, quantity: 1, net: bought.net / bought.quantity, at: at))
            }
        }
        return copy
    }

    /// What orders of one line earn, lose by returns, and lose by time, counted without lots and timers: a point for each
    /// whole unit of money, which ends after 365 days.
    func pointsByHand(until instant: Instant) -> (earned: Int64, reversed: Int64, expired: Int64) {
        var back: [Int: Int64] = [:]
        for goods in returns { back[goods.order, default: 0] += goods.net }
        var sums: (earned: Int64, reversed: Int64, expired: Int64) = (0, 0, 0)
        for (index, order) in orders.enumerated() {
            let net = order.lines[0].net
            let points = net / 100
            let reversed = back[index].map { LedgerAudit.share(points, $0, net) } ?? 0
            sums.earned += points
            sums.reversed += reversed
            if order.at.days(later: 365) <= instant { sums.expired += points - reversed }
        }
        return sums
    }

    // MARK: Reading

    private static func rows(_ name: String) throws -> [Substring] {
        let data = try Data(contentsOf: URL(filePath: folder + "/" + name))
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    }

    /// "29.33" as 2933.
    private static func cents(_ text: Substring) throws -> Int64 {
        let parts = text.split(separator: ".")
        let whole = try #require(Int64(parts[0]))
        guard parts.count == 2 else { return whole * 100 }
        let digits = try #require(Int64(parts[1].prefix(2)))
        let fraction = parts[1].count == 1 ? digits * 10 : digits
        return whole * 100 + (text.hasPrefix("-") ? -fraction : fraction)
    }

    /// 2010-12-01T08:26:00 as UTC.
    private static func instant(_ text: Substring) throws -> Instant {
        let numbers = text.split { !$0.isNumber }.compactMap { Int64($0) }
        try #require(numbers.count >= 5)
        let day = dayNumber(numbers[0], numbers[1], numbers[2])
        let seconds = numbers[3] * 3_600 + numbers[4] * 60
        return Instant(microseconds: day * 86_400_000_000 + seconds * 1_000_000)
    }

    /// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
    static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years that begin in March: the leap day is the last one.
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
