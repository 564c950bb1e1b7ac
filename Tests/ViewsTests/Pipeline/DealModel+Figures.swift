internal import Schema
internal import Testing

@testable import Views

/// The figures, each from all opportunities anew and by other means than the view has.
extension DealModel {
    typealias Standing = (deal: Deal, state: State)

    func standings(_ asOf: Instant) -> [Standing] {
        deals.compactMap { deal in deal.state(at: asOf).map { (deal, $0) } }
    }

    /// The organisation's day of an instant, counted from 1970.
    static func day(_ instant: Instant) -> Int64 {
        Int64((Double(instant.rawValue) / 1_000_000 + 8 * 3_600) / 86_400)
    }

    /// yyyy-mm-dd of a day of 2023, 2024 or 2025.
    static func date(_ day: Int64) -> String {
        var rest = day - 19_358
        for (year, leap) in [(2023, 0), (2024, 1), (2025, 0)] as [(Int, Int64)] {
            for (index, length) in [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                if rest < length {
                    return "\(year)-\(index < 9 ? "0" : "")\(index + 1)-\(rest < 9 ? "0" : "")\(rest + 1)"
                }
                rest -= length
            }
        }
        return ""
    }

    static func days(_ standing: Standing, until end: Instant) -> Double? {
        standing.deal.openedAt.map { Double(end.rawValue - $0.rawValue) / 86_400_000_000 }
    }

    static func weighted(_ state: State) -> Int64 {
        guard let amount = state.amount else { return 0 }
        let exact = Double(amount.minorUnits * state.probability) / 100
        return Int64(exact.rounded(.toNearestOrEven))
    }

    /// Outcome by outcome, then the values of the euros: open, weighted, won, lost, abandoned.
    static func outcomes(_ standings: [Standing]) -> [Int64] {
        func count(_ status: OpportunityStatus) -> Int64 { Int64(standings.count { $0.state.status == status }) }
        func value(_ status: OpportunityStatus) -> Int64 {
            standings.filter { $0.state.status == status && $0.state.amount?.currency == "EUR" }
                .reduce(0) { $0 + ($1.state.amount?.minorUnits ?? 0) }
        }
        let weighted = standings.filter { $0.state.status == .open && $0.state.amount?.currency == "EUR" }
            .reduce(0) { $0 + Self.weighted($1.state) }
        return [
            count(.open), count(.won), count(.lost), count(.abandoned),
            Int64(standings.count { $0.state.amount == nil }), Int64(standings.count { !$0.deal.hasParty }),
            value(.open), weighted, value(.won), value(.lost), value(.abandoned),
        ]
    }

    /// The same numbers of an answer.
    static func outcomes(_ figures: OutcomeFigures) -> [Int64] {
        let euros = figures.values.first { $0.currency == "EUR" } ?? OutcomeValue()
        return [
            Int64(figures.open), Int64(figures.won), Int64(figures.lost), Int64(figures.abandoned),
            Int64(figures.withoutAmount), Int64(figures.withoutParty), euros.openValue, euros.openWeighted,
            euros.wonValue, euros.lostValue, euros.abandonedValue,
        ]
    }

    /// n, mean, median, 90th percentile, smallest, greatest.
    static func cycles(_ standings: [Standing], _ status: OpportunityStatus) -> [Double] {
        let days = standings.filter { $0.state.status == status }
            .compactMap { standing in standing.state.closedAt.flatMap { Self.days(standing, until: $0) } }.sorted()
        guard let first = days.first, let last = days.last else { return [0] }
        func percentile(_ p: Double) -> Double {
            let rank = Double(days.count - 1) * p
            let lower = days[Int(rank)]
            let upper = days[min(Int(rank) + 1, days.count - 1)]
            return lower + (upper - lower) * (rank - Double(Int(rank)))
        }
        return [
            Double(days.count), days.reduce(0, +) / Double(days.count), percentile(0.5), percentile(0.9), first, last,
        ]
    }

    static func cycles(_ figures: CycleFigures) -> [Double] {
        guard figures.n > 0 else { return [0] }
        return [Double(figures.n), figures.mean, figures.median, figures.p90, figures.min, figures.max]
    }

    /// Period by period in euros: weighted, pipeline, best case, commit, closed, omitted.
    static func forecast(_ standings: [Standing]) -> [String: [Int64]] {
        var periods: [String: [Int64]] = [:]
        for standing in standings {
            guard let amount = standing.state.amount, amount.currency == "EUR" else { continue }
            if standing.state.status == .won, let closedAt = standing.state.closedAt {
                periods[String(date(day(closedAt)).prefix(7)), default: Array(repeating: 0, count: 6)][4] +=
                    amount.minorUnits
            }
            guard standing.state.status == .open else { continue }
            var sums = periods[String(standing.state.closeDate.prefix(7))] ?? Array(repeating: 0, count: 6)
            sums[0] += weighted(standing.state)
            sums[[.bestCase: 2, .commit: 3, .omitted: 5][standing.state.category] ?? 1] += amount.minorUnits
            periods[String(standing.state.closeDate.prefix(7))] = sums
        }
        return periods
    }

    static func forecast(_ figures: [ForecastFigures]) -> [String: [Int64]] {
        var periods: [String: [Int64]] = [:]
        for figure in figures {
            for value in figure.values where value.currency == "EUR" {
                periods[figure.period] = [
                    value.weighted, value.pipeline, value.bestCase, value.commit, value.closed, value.omitted,
                ]
            }
        }
        return periods
    }

    /// "from>to": how many came there, and of how many.
    static func conversions(_ standings: [Standing]) -> [String: [Int64]] {
        var rates: [String: [Int64]] = [:]
        let keys = open + ["won", "lost"]
        for (index, from) in open.enumerated() {
            for to in keys[(index + 1)...] {
                var rate: [Int64] = [0, 0]
                for standing in standings {
                    guard let first = standing.state.visits.firstIndex(of: from) else { continue }
                    rate[1] += 1
                    if standing.state.visits[first...].contains(to) { rate[0] += 1 }
                }
                rates["\(from)>\(to)"] = rate
            }
        }
        return rates
    }

    /// How many were open when a day ended, and how many nobody knows of.
    func openOn(_ day: Int64, asOf: Instant) -> [UInt64] {
        let end = Instant(microseconds: ((day + 1) * 86_400 - 8 * 3_600) * 1_000_000 - 1)
        let known = standings(asOf)
        let open = known.count { standing in
            standing.deal.openedAt != nil && standing.deal.state(at: min(end, asOf))?.status == .open
        }
        let unknown = known.count { standing in
            standing.deal.openedAt == nil && (standing.state.closedAt.map { $0 > end } ?? true)
        }
        return [UInt64(open), UInt64(unknown)]
    }
}
