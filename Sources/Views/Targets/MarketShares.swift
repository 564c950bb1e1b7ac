internal import Analytics
internal import Schema
internal import SwiftProtobuf

/// Our share of the markets whose sizes are known: net revenue of a market's categories and countries, by day.
struct MarketShares {
    private struct Size {
        var market: UInt64
        var size: MarketSize
        var days: ClosedRange<CivilDate>
    }

    /// What we sold, or took back, in a market on a day.
    private struct Sales: Hashable {
        var market: UInt64
        var currency: String
    }

    private let asOf: Instant
    private let calendar: PipelineCalendar
    private var markets: [UInt64: MarketRow] = [:]
    /// Of these markets all that are known, newest period first.
    private var sizes: [Size] = []
    /// Of these those that are asked for.
    private let asked: [Int]
    private var sold: [Sales: [Int: Int128]] = [:]
    private var categories: [UInt64: String] = [:]

    /// Reads the markets that are in use, and their sizes.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    init(
        _ question: TargetQuestion, asOf: Instant, _ calendar: PipelineCalendar,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        self.asOf = asOf
        self.calendar = calendar
        var markets: [UInt64: MarketRow] = [:]
        try reader.scan(Targets.markets, prefix: []) { (key, bytes) throws(ViewError) in
            var key = KeyReader(key)
            let row = try MarketRow(bytes)
            if !row.isRetired { markets[try key.integer(UInt64.self)] = row }
            return .next
        }
        var sizes: [Size] = []
        try reader.scan(Targets.sizes, prefix: []) { (key, bytes) throws(ViewError) in
            var key = KeyReader(key)
            let market = try key.integer(UInt64.self)
            guard markets[market] != nil else { return .next }
            let (first, last) = (try key.day(), try key.day())
            guard first <= last else { throw Targets.damaged }
            for record in try decodedRow(MarketRecord.self, bytes).sizes {
                sizes.append(Size(market: market, size: record.size, days: first...last))
            }
            return .next
        }
        sizes.sort { left, right in
            let (one, other) = (left.days, right.days)
            guard one == other else {
                return (one.lowerBound, one.upperBound) > (other.lowerBound, other.upperBound)
            }
            if left.market != right.market { return left.market < right.market }
            if !left.size.value.currency.isIdentical(to: right.size.value.currency) {
                return left.size.value.currency.isBefore(right.size.value.currency)
            }
            return left.size.origin.isBefore(right.size.origin)
        }
        self.markets = markets
        self.sizes = sizes
        asked = sizes.indices.filter { question.asks(for: sizes[$0].days) }
    }

    /// Our shares, newest period first, then by market, currency and origin.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    func shares(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) -> [MarketShare] {
        var counted = self
        try counted.read(in: reader)
        return asked.compactMap { counted.share(counted.sizes[$0]) }
    }

    private func share(_ size: Size) -> MarketShare? {
        guard let market = markets[size.market] else { return nil }
        var share = MarketShare()
        share.id = market.id.description
        share.number = size.market
        share.period = size.size.period
        share.size = size.size.value
        share.origin = size.size.origin
        share.forecast = size.size.forecast
        share.ours.minorUnits = Int64(clamping: ours(size))
        share.ours.currency = size.size.value.currency
        share.share = ratio(size)
        if let before = yearBefore(size) { share.shareAYearBefore = ratio(before) }
        return share
    }

    private func ratio(_ size: Size) -> Double { Double(ours(size)) / Double(size.size.value.minorUnits) }

    private func ours(_ size: Size) -> Int128 {
        let days = sold[Sales(market: size.market, currency: size.size.value.currency)] ?? [:]
        return days.reduce(0) { sum, day in
            size.days.contains(CivilDate(dayNumber: day.key)) ? sum + day.value : sum
        }
    }

    /// The size of the same market, currency and origin a year before.
    private func yearBefore(_ size: Size) -> Size? {
        let days = MarketShares.yearBefore(size.days)
        return sizes.first { other in
            other.market == size.market && other.days == days && other.size.origin.isIdentical(to: size.size.origin)
                && other.size.value.currency.isIdentical(to: size.size.value.currency)
        }
    }

    /// The same days a year before; what ends with a month does so then, too.
    private static func yearBefore(_ days: ClosedRange<CivilDate>) -> ClosedRange<CivilDate> {
        let last = days.upperBound.adding(years: -1)
        let isMonthEnd = days.upperBound == days.upperBound.monthEnd
        return days.lowerBound.adding(years: -1)...(isMonthEnd ? last.monthEnd : last)
    }
}

// MARK: Counting

extension MarketShares {
    /// Adds up the orders and returns of all days that are asked for.
    private mutating func read(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) {
        let periods = asked.map { sizes[$0].days }
        guard let first = periods.map({ MarketShares.yearBefore($0).lowerBound }).min(),
            let last = periods.map(\.upperBound).max()
        else { return }
        let end = min(calendar.end(of: last), Instant(microseconds: asOf.rawValue + 1))
        var after = [UInt8].key(capacity: 8)
        after.append(calendar.end(of: first.adding(days: -1)))
        let needed = Set(asked.map { sizes[$0].market }).sorted()
        try reader.scan(Targets.sales, prefix: [], after: after, descending: false) { (key, bytes) throws(ViewError) in
            let key = try SaleKey(key)
            guard key.at < end else { return .stop }
            let row = try SaleRow(bytes)
            if row.counts(key.kind, asOf: asOf) { try add(key, row, to: needed, in: reader) }
            return .next
        }
    }

    private mutating func add(
        _ key: SaleKey, _ row: SaleRow, to numbers: [UInt64], in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        let country = try country(of: row, in: reader)
        var lines: [SaleLine]?
        for number in numbers {
            guard let detail = markets[number]?.detail, MarketShares.holds(country, detail) else { continue }
            var net = Int128(row.net)
            if !detail.categories.isEmpty {
                if lines == nil { lines = try SaleLine.lines(of: key.number, in: reader) }
                net = 0
                for line in lines ?? [] where try holds(line, detail, in: reader) { net += Int128(line.net) }
            }
            let sales = Sales(market: number, currency: row.currency)
            let day = calendar.day(of: key.at).dayNumber
            sold[sales, default: [:]][day, default: 0] += key.kind == .order ? net : -net
        }
    }

    /// Its own country; that of the order that came back where a return names none.
    private func country(
        of row: SaleRow, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> String {
        guard row.country.isEmpty, row.order != 0,
            let place = try reader.get(Targets.salePlaces, .key(row.order)),
            let order = try reader.get(Targets.sales, place)
        else { return row.country }
        return try SaleRow(order).country
    }

    private static func holds(_ country: String, _ detail: MarketDetail) -> Bool {
        detail.countries.isEmpty || detail.countries.contains { $0.isIdentical(to: country) }
    }

    /// Whether the line's product is in one of the categories of the market, or in one below.
    private mutating func holds(
        _ line: SaleLine, _ detail: MarketDetail, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Bool {
        var category = categories[line.product]
        if category == nil {
            let bytes = try reader.get(Targets.categories, .key(line.product)) ?? []
            category = String(decoding: bytes, as: UTF8.self)
            categories[line.product] = category
        }
        guard let category, !category.isEmpty else { return false }
        return detail.categories.contains { path in
            category.isIdentical(to: path) || category.utf8.starts(with: "\(path)/".utf8)
        }
    }
}

extension SaleLine {
    /// All lines of an order or a return.
    fileprivate static func lines(
        of sale: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [SaleLine] {
        var lines: [SaleLine] = []
        try reader.scan(Targets.saleLines, prefix: .key(sale.rawValue)) { (_, bytes) throws(ViewError) in
            lines.append(contentsOf: try SaleLine.lines(bytes))
            return .next
        }
        return lines
    }
}
