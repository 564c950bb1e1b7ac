internal import Analytics
internal import Schema

/// A time of which figures are told: from its first instant up to that behind its last one, in microseconds since 1970.
struct ServicePeriod {
    /// A day or a month as text; empty for the period of the request.
    var key = ""
    /// The least instant where the period has no start.
    var start: Int64
    var end: Int64

    func contains(_ instant: Int64) -> Bool { start <= instant && instant < end }
}

/// What a request for the figures of the service asks for, with its days read.
struct ServiceQuestion {
    /// So many days or months at most may be asked for at once.
    static let periodsMaximum = 400

    let asOf: Instant
    let clock: OrganisationClock
    let conditions: TicketConditions
    /// The period of the request, up to as_of.
    let period: ServicePeriod
    /// Its first and last day; empty where it has no start.
    let from: String
    let to: String
    /// Each once.
    let dimensions: [ServiceDimension]
    let backlogOn: [CivilDate]
    private let firstDay: CivilDate?
    private let lastDay: CivilDate

    /// - Throws: `ViewError` with `requestInvalid` where a day is none, a period ends before it begins, or too much is
    ///   asked for.
    init(
        _ request: ServiceFiguresRequest, of conditions: TicketConditions, asOf: Instant, _ clock: OrganisationClock
    ) throws(ViewError) {
        self.conditions = conditions
        self.asOf = asOf
        self.clock = clock
        let first = request.from.isEmpty ? nil : try DayBounds.day(request.from, field: "from")
        let last = request.to.isEmpty ? clock.day(asOf) : try DayBounds.day(request.to, field: "to")
        if let first, last < first {
            throw ViewError(.requestInvalid, "The period ends before it begins.", field: "to")
        }
        let start = first.map { clock.start(of: $0).rawValue } ?? .min
        let end = min(clock.start(of: last.adding(days: 1)).rawValue, asOf.rawValue + 1)
        period = ServicePeriod(start: start, end: max(start, end))
        (firstDay, lastDay) = (first, last)
        from = first?.description ?? ""
        to = last.description
        dimensions = try Self.dimensions(of: request, hasStart: first != nil)
        guard request.backlogOn.count <= Self.periodsMaximum else {
            throw ViewError(
                .requestInvalid, "At most \(Self.periodsMaximum) days can be asked for. Name fewer.",
                field: "backlog_on")
        }
        var days: [CivilDate] = []
        for (index, text) in request.backlogOn.enumerated() {
            days.append(try DayBounds.day(text, field: "backlog_on[\(index)]"))
        }
        backlogOn = days
    }

    private static func dimensions(
        of request: ServiceFiguresRequest, hasStart: Bool
    ) throws(ViewError) -> [ServiceDimension] {
        var dimensions: [ServiceDimension] = []
        for (index, dimension) in request.dimensions.enumerated() {
            guard dimension != .unspecified else {
                throw ViewError(.requestInvalid, "Say by what to group.", field: "dimensions[\(index)]")
            }
            guard hasStart || (dimension != .day && dimension != .month) else {
                throw ViewError(
                    .requestInvalid, "Figures by day or month need the first day of the period.", field: "from")
            }
            if !dimensions.contains(dimension) { dimensions.append(dimension) }
        }
        return dimensions
    }

    /// The days or months of the period, as far as they begin by as_of; none for other dimensions.
    ///
    /// - Throws: `ViewError` with `requestInvalid` where there are too many.
    func periods(_ dimension: ServiceDimension) throws(ViewError) -> [ServicePeriod] {
        guard let firstDay, dimension == .day || dimension == .month else { return [] }
        var periods: [ServicePeriod] = []
        var day = firstDay
        while day <= lastDay {
            let next = dimension == .day ? day.adding(days: 1) : day.monthEnd.adding(days: 1)
            let start = clock.start(of: day).rawValue
            guard start < period.end else { break }
            guard periods.count < Self.periodsMaximum else {
                throw ViewError(
                    .requestInvalid, "The period has more than \(Self.periodsMaximum) of them. Shorten it.",
                    field: "dimensions")
            }
            periods.append(
                ServicePeriod(
                    key: dimension == .day ? day.description : day.monthText, start: start,
                    end: min(clock.start(of: next).rawValue, period.end)))
            day = next
        }
        return periods
    }

    /// The end of a day, or as_of where that comes first; nil where the day begins behind as_of.
    func end(of day: CivilDate) -> Int64? {
        guard clock.start(of: day) <= asOf else { return nil }
        return min(clock.start(of: day.adding(days: 1)).rawValue, asOf.rawValue + 1)
    }
}
