internal import Analytics
internal import Schema
internal import SwiftProtobuf

/// What a request for targets asks for, with its days read and its references resolved.
struct TargetQuestion {
    /// Only targets with a day in these; all where it is nil.
    let period: ClosedRange<CivilDate>?
    /// Only targets of this employee or team; of all where it is nil.
    let owner: OwnerCode?
    /// Only these; all where it is empty.
    let metrics: Set<TargetMetric>
    let markets: Bool
    let limit: Int

    /// - Throws: `ViewError` with `requestInvalid` where a day is none, the period ends before it begins, a metric is
    ///   none, or the page is too long.
    init(_ request: TargetsRequest, owner: Owner?) throws(ViewError) {
        guard request.limit <= Targets.pageMaximum else {
            throw ViewError(
                .requestInvalid, "A page has at most \(Targets.pageMaximum) targets. Lower the limit.", field: "limit")
        }
        limit = request.limit == 0 ? Targets.pageDefault : Int(request.limit)
        if request.hasPeriod {
            let first = try DayBounds.day(request.period.firstDay, field: "period.first_day")
            let last = try DayBounds.day(request.period.lastDay, field: "period.last_day")
            guard first <= last else {
                throw ViewError(.requestInvalid, "The period ends before it begins.", field: "period.last_day")
            }
            period = first...last
        } else {
            period = nil
        }
        for (index, metric) in request.metrics.enumerated() {
            guard TargetMetric.allCases.contains(metric), metric != .unspecified else {
                throw ViewError(.requestInvalid, "There is no such metric.", field: "metrics[\(index)]")
            }
        }
        metrics = Set(request.metrics)
        self.owner = owner.map { OwnerCode($0) }
        markets = request.markets
    }

    /// Whether the target is asked for.
    func asks(for target: TargetSet, _ days: ClosedRange<CivilDate>) -> Bool {
        if let owner, owner != OwnerCode(target.owner) { return false }
        return (metrics.isEmpty || metrics.contains(target.metric)) && asks(for: days)
    }

    /// Whether a day of these is asked for.
    func asks(for days: ClosedRange<CivilDate>) -> Bool { period?.overlaps(days) ?? true }

    /// What a further page must ask for too, in 28 bytes.
    fileprivate var bytes: [UInt8] {
        var bytes = [UInt8].key(capacity: 28)
        bytes.append(period == nil ? 0 : 1)
        bytes.append(period?.lowerBound ?? CivilDate(dayNumber: 0))
        bytes.append(period?.upperBound ?? CivilDate(dayNumber: 0))
        bytes.append(owner == nil ? 0 : 1)
        bytes.append(contentsOf: (owner ?? .none).bytes)
        bytes.append(markets ? 1 : 0)
        bytes.append(bigEndian: metrics.reduce(UInt64(0)) { $0 | 1 << UInt64($1.rawValue) })
        return bytes
    }
}

/// Where a list of targets goes on, and as of when it is counted. What stands in it is no secret and no promise: the
/// client sends it back as it came.
///
/// Bytes: version (1), instant (8), what was asked for, key of the last target.
struct TargetCursor {
    private static let version: UInt8 = 1

    var asOf: Instant
    /// The last target that was sent.
    var key: [UInt8]

    init(asOf: Instant, key: [UInt8]) {
        self.asOf = asOf
        self.key = key
    }

    /// Reads a cursor that came back.
    ///
    /// - Parameter asOf: what the request says itself; nil: what the cursor says.
    /// - Throws: `ViewError` with `cursorForeign` where another request made it, or none.
    init(_ bytes: [UInt8], of question: TargetQuestion, asOf: Instant?) throws(ViewError) {
        let foreign = ViewError(
            .cursorForeign, "The cursor belongs to another request. Send it with the request that it came from.",
            field: "cursor")
        let asked = question.bytes
        guard (9 + asked.count + TargetKey.shortest...511).contains(bytes.count), bytes[0] == TargetCursor.version,
            bytes[9...].starts(with: asked)
        else { throw foreign }
        var reader = KeyReader(Array(bytes[1..<9]))
        let made = try reader.instant()
        guard made >= .earliest, made <= .latest, asOf == nil || asOf == made else { throw foreign }
        self.init(asOf: made, key: Array(bytes[(9 + asked.count)...]))
    }

    func bytes(of question: TargetQuestion) -> [UInt8] {
        var bytes = [UInt8].key(capacity: 64)
        bytes.append(TargetCursor.version)
        bytes.append(asOf)
        return bytes + question.bytes + key
    }
}
