internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// Reads history in pages, straight from the log; every record is checked against its hash before it leaves.
final class HistoryQuery: HistoryReader {
    /// Which events a request is about.
    enum Scope: Sendable {
        case all
        case kind(EventKind)
        /// Follows the stream's or the subject's links backwards once, then reads forwards.
        case stream(StreamNumber)
        case subject(StreamNumber)

        /// Which links lead through the events, and whose; nil where the log itself is read.
        var chain: (Link, StreamNumber)? {
            switch self {
            case .all, .kind: nil
            case .stream(let number): (.stream, number)
            case .subject(let number): (.subject, number)
            }
        }
    }

    /// Which links of the records are followed.
    enum Link: Sendable { case stream, subject }

    private let context: LogContext
    private let request: HistoryRequest
    private let scope: Scope
    private let signal: DurableSignal
    /// Only the request's own task reads pages, one after the other.
    private let cursor: Cursor

    private static let pageEvents = 256
    private static let pageBytes = 512 * 1024
    /// Records that one page looks at when most of them are of other kinds.
    private static let pageScan = 65_536

    private actor Cursor {
        var next: Position
        var sent: UInt64 = 0
        var done = false
        /// Positions of a stream or a subject that have been found and not been sent, in order.
        var found: ArraySlice<Position> = []

        init(next: Position) { self.next = next }

        func advance(to next: Position, sent: Int, done: Bool) {
            self.next = next
            self.sent += UInt64(sent)
            self.done = done
            found = found.drop { $0 < next }
        }

        func keep(_ positions: [Position]) { found = positions[...] }
    }

    init(context: LogContext, request: HistoryRequest, scope: Scope, signal: DurableSignal) {
        self.context = context
        self.request = request
        self.scope = scope
        self.signal = signal
        cursor = Cursor(next: Position(max(1, request.from)))
    }

    func nextPage() async throws(Refusal) -> Answer<EncodedHistoryPage>? {
        guard await !cursor.done else { return nil }
        while true {
            let from = await cursor.next
            let sent = await cursor.sent
            let end = context.log.end.position
            let last = request.to == 0 ? end : min(end, Position(request.to))
            let limit = request.limit == 0 ? Self.pageEvents : Int(min(UInt64(Self.pageEvents), request.limit - sent))
            var page = try await read(from: from, through: last, limit: limit)
            let limitReached = request.limit > 0 && sent + UInt64(page.count) >= request.limit
            let pastEnd = page.next > last.rawValue
            let toReached = request.to > 0 && page.next > request.to
            let done = limitReached || toReached || (pastEnd && !request.follow)
            await cursor.advance(to: Position(page.next), sent: page.count, done: done)
            if page.count > 0 || done || (from.rawValue <= 1 && pastEnd) {
                page.finish(caughtUp: pastEnd)
                return Answer(page, .log(context.log))
            }
            if pastEnd {
                guard await signal.wait(beyond: end, in: context.log) else { return nil }
            }
        }
    }

    /// Reads on a thread of its own: the log's pages may have to come from the disk.
    private func read(from: Position, through last: Position, limit: Int) async throws(Refusal) -> EncodedHistoryPage {
        let found = await cursor.found
        // A follower that is at the end waits for nobody who reads much.
        let isShort = scope.chain == nil && last.rawValue < from.rawValue + UInt64(Self.pageEvents)
        let turns = isShort ? BlockingWork.turns : BlockingWork.longTurns
        let (page, positions) = try await BlockingWork.run(in: turns) {
            [self] () throws(Refusal) -> (EncodedHistoryPage, [Position]) in
            do throws(EventLogError) {
                guard let (link, number) = scope.chain else {
                    return (try scan(from: from, through: last, limit: limit), [])
                }
                var positions = found
                if positions.isEmpty { positions = try chain(link, number, from: from, through: last)[...] }
                return (try events(at: positions, from: from, through: last, limit: limit), Array(positions))
            } catch { throw Refusal(error) }
        }
        await cursor.keep(positions)
        return page
    }

    private func scan(from: Position, through last: Position, limit: Int) throws(EventLogError) -> EncodedHistoryPage {
        var page = EncodedHistoryPage(next: max(from, last.advanced(by: 1)).rawValue)
        guard from <= last else { return page }
        var bytes = 0
        var looked = 0
        let encoder = EventEncoder(context: context, request: request)
        do {
            try context.log.scanChecked(from: from) { (header, record, leaf) throws(EventLogError) in
                guard header.position <= last else { return false }
                page.next = header.position.rawValue
                guard page.count < limit, bytes < Self.pageBytes, looked < Self.pageScan else { return false }
                page.next += 1
                looked += 1
                if case .kind(let kind) = scope, header.kind != kind { return true }
                guard isWanted(header.kind) else { return true }
                try page.append(header, record, leaf, encoder)
                bytes += record.byteCount
                return true
            }
        } catch {
            // What stands before the damage is sent; the next page begins with it, and is refused.
            guard looked > 0, let damage = error.damage else { throw error }
            page.next = damage.position
        }
        return page
    }

    /// The positions in `from...last` of the events of a stream or a subject, by the links.
    private func chain(
        _ link: Link, _ number: StreamNumber, from: Position, through last: Position
    ) throws(EventLogError) -> [Position] {
        var positions: [Position] = []
        var position = try head(link, number)
        while position >= from, position > .none {
            var previous = Position.none
            var wanted = false
            let found: Void? = try context.log.linkedRecord(at: position) { (record) throws(EventLogError) in
                let header = try EventHeader.checked(record, at: position)
                previous = Self.previous(link, number, header, record)
                wanted = isWanted(header.kind)
            }
            guard found != nil else { throw Self.broken(position) }
            if position <= last, wanted { positions.append(position) }
            position = previous
        }
        return positions.reversed()
    }

    private func events(
        at positions: ArraySlice<Position>, from: Position, through last: Position, limit: Int
    ) throws(EventLogError) -> EncodedHistoryPage {
        var page = EncodedHistoryPage(next: max(from, last.advanced(by: 1)).rawValue)
        let encoder = EventEncoder(context: context, request: request)
        var bytes = 0
        for position in positions {
            guard page.count < limit, bytes < Self.pageBytes else {
                page.next = position.rawValue
                break
            }
            do {
                _ = try context.log.checkedRecord(at: position) { (header, record, leaf) throws(EventLogError) in
                    bytes += record.byteCount
                    try page.append(header, record, leaf, encoder)
                }
            } catch {
                guard page.count > 0, error.damage != nil else { throw error }
                page.next = position.rawValue
                break
            }
        }
        return page
    }

    private func head(_ link: Link, _ number: StreamNumber) throws(EventLogError) -> Position {
        switch link {
        case .stream: try context.log.index.durableLast(ofStream: number)
        case .subject: try context.log.index.durableLast(ofSubject: number)
        }
    }

    private func isWanted(_ kind: EventKind) -> Bool {
        request.eventKinds.isEmpty || request.eventKinds.contains(kind)
    }

    private static func broken(_ position: Position) -> EventLogError {
        EventLogError(.damaged, "A link leads to position \(position), where there is no record.", position: position)
    }

    private static func previous(
        _ link: Link, _ number: StreamNumber, _ header: EventHeader, _ record: RawSpan
    ) -> Position {
        guard link == .subject else { return header.previousInStream }
        for index in 0..<Int(header.subjectCount) {
            let entry = header.subject(index, in: record)
            if entry.subject == number { return entry.previous }
        }
        return .none
    }
}
