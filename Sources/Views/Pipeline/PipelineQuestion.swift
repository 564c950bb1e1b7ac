internal import Analytics
internal import Schema

/// What a request for the figures of the pipeline asks for, with its days read.
struct PipelineQuestion {
    /// So many days at most may be asked for at once.
    static let openOnMaximum = 400

    /// Days in which opportunities were closed; no bound where it is nil.
    let closed: DayBounds
    /// Days in which the opportunities of the cohort were opened.
    let opened: DayBounds
    let openOn: [CivilDate]
    /// Each once.
    let dimensions: [PipelineDimension]
    let forecastPeriod: ForecastPeriod

    /// - Throws: `ViewError` with `requestInvalid` where a day is none, a period ends before it begins, or too much is
    ///   asked for.
    init(_ request: PipelineRequest) throws(ViewError) {
        closed = try DayBounds(request.closedFrom, request.closedTo, field: "closed")
        opened = try DayBounds(request.openedFrom, request.openedTo, field: "opened")
        guard request.openOn.count <= PipelineQuestion.openOnMaximum else {
            throw ViewError(
                .requestInvalid, "At most \(PipelineQuestion.openOnMaximum) days can be asked for. Name fewer.",
                field: "open_on")
        }
        var days: [CivilDate] = []
        for (index, text) in request.openOn.enumerated() {
            days.append(try DayBounds.day(text, field: "open_on[\(index)]"))
        }
        openOn = days
        var dimensions: [PipelineDimension] = []
        for (index, dimension) in request.dimensions.enumerated() {
            guard dimension != .unspecified else {
                throw ViewError(.requestInvalid, "Say by what to group.", field: "dimensions[\(index)]")
            }
            if !dimensions.contains(dimension) { dimensions.append(dimension) }
        }
        self.dimensions = dimensions
        forecastPeriod = request.forecastPeriod
    }
}

/// A first and a last day, either of which may be missing.
struct DayBounds {
    let first: CivilDate?
    let last: CivilDate?

    init(_ first: String, _ last: String, field: String) throws(ViewError) {
        self.first = first.isEmpty ? nil : try DayBounds.day(first, field: "\(field)_from")
        self.last = last.isEmpty ? nil : try DayBounds.day(last, field: "\(field)_to")
        if let first = self.first, let last = self.last, last < first {
            throw ViewError(.requestInvalid, "The period ends before it begins.", field: "\(field)_to")
        }
    }

    /// Without a bound, so that also a day nobody knows lies within it.
    var isOpen: Bool { first == nil && last == nil }

    func contains(_ day: CivilDate) -> Bool {
        if let first, day < first { return false }
        if let last, day > last { return false }
        return true
    }

    static func day(_ text: String, field: String) throws(ViewError) -> CivilDate {
        guard let day = CivilDate(text) else {
            throw ViewError(.requestInvalid, "A day is written yyyy-mm-dd, for example 2026-03-31.", field: field)
        }
        return day
    }
}
