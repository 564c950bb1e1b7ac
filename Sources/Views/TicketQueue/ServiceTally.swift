internal import Schema
internal import SwiftProtobuf

/// Something that was counted of a ticket, as it is read.
struct ServiceCount {
    var kind: CountKind
    var row: TicketCountRow
    var ticket: UInt64
    /// Microseconds since 1970.
    var instant: Int64
    /// Microseconds since what was timed began.
    var duration: Int
    /// When a reopening undid it; nil where none had by then.
    var reopenedAt: Int64?
}

/// Collects the figures of some tickets in one period.
struct ServiceTally {
    private let period: ServicePeriod
    private var backlog: BacklogTally
    private var flow = FlowTally()
    private var firstResponse: [Int] = []
    private var reopenedResponse: [Int] = []
    private var nextResponse: [Int] = []
    private var firstResolution: [Int] = []
    private var lastResolution: [Int] = []
    private var firstResponseBusiness: [Int] = []
    private var nextResponseBusiness: [Int] = []
    private var firstResolutionBusiness: [Int] = []
    private var lastResolutionBusiness: [Int] = []
    private var met: [SlaClockKind: UInt64] = [:]
    private var breached: [SlaClockKind: UInt64] = [:]
    private var resolutions = 0
    private var undone = 0
    private var transfers: UInt64 = 0
    private var levels: [UInt32: UInt64] = [:]
    private var escalated: Set<UInt64> = []
    private var handling = HandlingTime()
    private var firstResolutions = 0
    private var firstContacts = 0
    private var lastingFirstContacts = 0

    /// A reopening that comes later does not speak against the first contact.
    private static let lasting: Int64 = 7 * 86_400_000_000

    init(_ period: ServicePeriod) {
        self.period = period
        backlog = BacklogTally(before: period.end)
    }

    // MARK: Open tickets

    /// Counts the ticket of a stint in the backlogs in which it stood.
    mutating func stood(_ stint: Stint) {
        backlog.add(stint)
        if stint.holds(before: period.start) { flow.figures.backlogAtStart += 1 }
    }

    /// Counts that a ticket came.
    mutating func came(_ start: TicketStintStart) { flow.came(start) }

    /// Counts that a ticket went.
    mutating func went(_ end: TicketStintEnd) { flow.went(end) }

    // MARK: What happened

    mutating func add(_ count: ServiceCount) {
        switch count.kind {
        case .firstResponse: firstResponse.append(count.duration)
        case .reopenedResponse: reopenedResponse.append(count.duration)
        case .nextResponse: nextResponse.append(count.duration)
        case .resolution: resolve(count)
        case .clockStop: stop(count)
        case .clockOutcome:
            if count.row.breached {
                breached[count.row.clock, default: 0] += 1
            } else {
                met[count.row.clock, default: 0] += 1
            }
        case .transfer: transfers += 1
        case .escalation:
            levels[count.row.level, default: 0] += 1
            escalated.insert(count.ticket)
        }
    }

    private mutating func resolve(_ count: ServiceCount) {
        resolutions += 1
        if count.reopenedAt == nil {
            lastResolution.append(count.duration)
            handling.tickets += 1
            handling.seconds += count.row.handlingSeconds
            if count.row.handlingSeconds == 0 { handling.without += 1 }
        } else {
            undone += 1
        }
        guard count.row.first else { return }
        firstResolution.append(count.duration)
        firstResolutions += 1
        guard count.row.contacts == 1 else { return }
        firstContacts += 1
        if count.reopenedAt.map({ $0 - count.instant > Self.lasting }) ?? true { lastingFirstContacts += 1 }
    }

    private mutating func stop(_ count: ServiceCount) {
        let business = Int(clamping: count.row.businessSeconds) * 1_000_000
        switch count.row.clock {
        case .firstResponse: if count.row.cycle <= 1 { firstResponseBusiness.append(business) }
        case .nextResponse: nextResponseBusiness.append(business)
        case .resolution:
            if count.row.first { firstResolutionBusiness.append(business) }
            if count.reopenedAt == nil { lastResolutionBusiness.append(business) }
        case .unspecified, .UNRECOGNIZED: break
        }
    }

    // MARK: Figures

    var figures: ServiceFigures {
        var figures = ServiceFigures()
        // A period without an instant lies behind as_of.
        if period.start < period.end { figures.backlog = backlog.figures }
        figures.flow = flow.complete
        figures.firstResponse = DurationFigures(firstResponse)
        figures.reopenedResponse = DurationFigures(reopenedResponse)
        figures.nextResponse = DurationFigures(nextResponse)
        figures.firstResolution = DurationFigures(firstResolution)
        figures.lastResolution = DurationFigures(lastResolution)
        figures.firstResponseBusiness = DurationFigures(firstResponseBusiness)
        figures.nextResponseBusiness = DurationFigures(nextResponseBusiness)
        figures.firstResolutionBusiness = DurationFigures(firstResolutionBusiness)
        figures.lastResolutionBusiness = DurationFigures(lastResolutionBusiness)
        figures.attainment = attainment
        figures.reopenRate = TicketRatio(undone, of: resolutions)
        figures.transfers = transfers
        figures.escalations = levels.sorted { $0.key < $1.key }.map { level, count in
            var figure = LevelCount()
            figure.level = level
            figure.escalations = count
            return figure
        }
        figures.escalationRate = TicketRatio(escalated.count, of: flow.figures.opened)
        figures.handling = handling
        if handling.tickets > 0 { figures.handling.mean = Double(handling.seconds) / Double(handling.tickets) }
        figures.firstContactGross = TicketRatio(firstContacts, of: firstResolutions)
        figures.firstContactNet = TicketRatio(lastingFirstContacts, of: firstResolutions)
        return figures
    }

    private var attainment: [SlaAttainment] {
        Set(met.keys).union(breached.keys).sorted { $0.rawValue < $1.rawValue }.map { clock in
            var attainment = SlaAttainment()
            attainment.clock = clock
            attainment.met = met[clock] ?? 0
            attainment.breached = breached[clock] ?? 0
            attainment.rate = TicketRatio(attainment.met, of: attainment.met + attainment.breached)
            return attainment
        }
    }
}

/// Counts what came to the open tickets and what went.
private struct FlowTally {
    var figures = TicketFlow()

    mutating func came(_ start: TicketStintStart) {
        switch start {
        case .opened: figures.opened += 1
        case .reopenedAfterResolved: figures.reopenedAfterResolved += 1
        case .reopenedAfterClosed: figures.reopenedAfterClosed += 1
        case .released: figures.released += 1
        case .moved: figures.movedIn += 1
        case .unspecified, .UNRECOGNIZED: break
        }
    }

    mutating func went(_ end: TicketStintEnd) {
        switch end {
        case .resolved: figures.resolved += 1
        case .closed: figures.closed += 1
        case .absorbed: figures.absorbed += 1
        case .moved: figures.movedOut += 1
        case .unspecified, .UNRECOGNIZED: break
        }
    }

    /// The figures with their sums.
    var complete: TicketFlow {
        var flow = figures
        flow.inflow =
            flow.opened + flow.reopenedAfterResolved + flow.reopenedAfterClosed + flow.released + flow.movedIn
        flow.outflow = flow.resolved + flow.closed + flow.absorbed + flow.movedOut
        return flow
    }
}

extension DurationFigures {
    /// Mean, median, 90th percentile and bounds in seconds.
    ///
    /// - Parameter durations: microseconds, in any order.
    fileprivate init(_ durations: [Int]) {
        self.init()
        n = UInt64(durations.count)
        let sorted = durations.sorted()
        guard let first = sorted.first, let last = sorted.last else { return }
        let second = 1_000_000.0
        mean = Double(sorted.reduce(Int128(0)) { $0 + Int128($1) }) / Double(sorted.count) / second
        median = Percentile.value(50, of: sorted) / second
        p90 = Percentile.value(90, of: sorted) / second
        min = Double(first) / second
        max = Double(last) / second
    }
}

extension TicketRatio {
    /// A share with what it is made of; it has no value where the denominator is 0.
    fileprivate init(_ numerator: some BinaryInteger, of denominator: some BinaryInteger) {
        self.init()
        self.numerator = Int64(clamping: numerator)
        self.denominator = Int64(clamping: denominator)
        if denominator != 0 { value = Double(numerator) / Double(denominator) }
    }
}
