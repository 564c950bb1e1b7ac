internal import EventLog
internal import LMDB
internal import Schema
internal import SwiftProtobuf

/// Which entries of the journal of refusals are asked for.
struct RefusalQuery: Sendable {
    /// From this instant on, and before that one.
    var since: Instant?
    var until: Instant?
    /// Empty sets let everything through.
    var codes: Set<ErrorCode> = []
    var operations: Set<String> = []
    /// The caller's number, 0 for those to whom nothing is granted; nil for all.
    var principal: UInt64?
    var kind: AggregateKind = .unspecified
    /// Empty for all.
    var commandID = ""
    /// Whether everything that meets the conditions is counted.
    var counts = false
    /// Entries of a page.
    var limit = 100
    /// Only entries with lower numbers: what a page before has not shown.
    var below: UInt64?

    /// Whether an entry meets the conditions, those on its time apart.
    func admits(_ entry: RefusalEntry) -> Bool {
        (codes.isEmpty || codes.contains(entry.code))
            && (principal == nil || principal == entry.principalNumber)
            && (kind == .unspecified || kind == entry.kind)
            && (commandID.isEmpty || commandID == entry.commandID)
            && (operations.isEmpty || operations.contains(entry.operationName))
    }

    /// Reads a page from one snapshot of the journal.
    func page(of store: RefusalStore) throws(LMDBError) -> RefusalPage {
        try store.read { transaction throws(LMDBError) in
            var page = RefusalPage()
            let numbers = try RefusalNumbers(transaction, store.entries)
            let first = try since.map { (since) throws(LMDBError) in try numbers.first(from: since, transaction) }
            let end = try until.map { (until) throws(LMDBError) in try numbers.first(from: until, transaction) }
            let range = (first ?? 0)..<max(first ?? 0, end ?? .max)
            if counts { page.counts = try count(range, transaction, store) }
            try fill(&page, range, transaction, store)
            try transaction.scan(store.losses) { (_, value) throws(LMDBError) in
                let lost = RefusalStore.lost(value)
                if lost.lastAt >= since?.rawValue ?? .min, lost.firstAt < until?.rawValue ?? .max {
                    page.lost += lost.refusals
                }
                return .next
            }
            let state = try store.state(in: transaction)
            if state.hasDroppedUntil { page.droppedUntil = Instant(microseconds: state.droppedUntil) }
            return page
        }
    }

    private func fill(
        _ page: inout RefusalPage, _ range: Range<UInt64>, _ transaction: borrowing ReadTransaction,
        _ store: RefusalStore
    ) throws(LMDBError) {
        let above = min(range.upperBound, below ?? .max)
        guard above > range.lowerBound else { return }
        var entries: [RefusalEntry] = []
        var isMore = false
        try transaction.scanBackward(store.entries, from: above - 1) { (number, value) throws(LMDBError) in
            guard number >= range.lowerBound else { return .stop }
            let entry = RefusalStore.entry(number, value)
            guard admits(entry) else { return .next }
            guard entries.count < limit else {
                isMore = true
                return .stop
            }
            entries.append(entry)
            return .next
        }
        page.entries = entries
        page.next = isMore ? entries.last?.number : nil
    }

    private func count(
        _ range: Range<UInt64>, _ transaction: borrowing ReadTransaction, _ store: RefusalStore
    ) throws(LMDBError) -> RefusalCounts {
        var tally = RefusalTally()
        try transaction.scan(store.entries, from: range.lowerBound) { (number, value) throws(LMDBError) in
            guard number < range.upperBound else { return .stop }
            let entry = RefusalStore.entry(number, value)
            if admits(entry) { tally.add(entry) }
            return .next
        }
        return tally.counts
    }
}

/// What was found in the journal of refusals.
struct RefusalPage: Sendable {
    /// Newest first.
    var entries: [RefusalEntry] = []
    /// The number of the last entry where there are more behind it.
    var next: UInt64?
    /// Where they were asked for.
    var counts: RefusalCounts?
    /// Refusals of the period that were not written down.
    var lost: UInt64 = 0
    /// The time of the last entry that was dropped.
    var droppedUntil: Instant?
}

/// The numbers of the journal's entries, which rise with their times.
private struct RefusalNumbers {
    private let entries: Table
    /// From the first entry to behind the last one.
    private let range: Range<UInt64>

    init(_ transaction: borrowing ReadTransaction, _ entries: Table) throws(LMDBError) {
        self.entries = entries
        let first = try transaction.firstKey(entries) ?? 1
        range = first..<max(first, (try transaction.lastKey(entries) ?? 0) + 1)
    }

    /// The lowest number whose entry, or else the next one, is not before this instant.
    func first(from instant: Instant, _ transaction: borrowing ReadTransaction) throws(LMDBError) -> UInt64 {
        var range = range
        while !range.isEmpty {
            let middle = range.lowerBound + (range.upperBound - range.lowerBound) / 2
            var time: Instant?
            try transaction.scan(entries, from: middle) { (_, value) throws(LMDBError) in
                time = RefusalStore.time(of: value)
                return .stop
            }
            if time ?? .latest < instant {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }
}

/// Counts refusals by what they have in common.
private struct RefusalTally {
    private var total: UInt64 = 0
    private var codes: [ErrorCode: UInt64] = [:]
    private var principals: [UInt64: UInt64] = [:]
    private var operations: [String: UInt64] = [:]

    /// Principals that are named at most.
    private static let principalsMaximum = 100

    mutating func add(_ entry: RefusalEntry) {
        total += 1
        codes[entry.code, default: 0] += 1
        principals[entry.principalNumber, default: 0] += 1
        operations[entry.operationName, default: 0] += 1
    }

    var counts: RefusalCounts {
        .with {
            $0.total = total
            $0.codes = Self.sorted(codes, by: \.rawValue).map { code, refusals in
                .with {
                    $0.code = code
                    $0.refusals = refusals
                }
            }
            $0.principals = Self.sorted(principals, by: \.self).prefix(Self.principalsMaximum).map { number, refusals in
                .with {
                    $0.principalNumber = number
                    $0.refusals = refusals
                }
            }
            $0.operations = Self.sorted(operations, by: \.self).map { operation, refusals in
                .with {
                    $0.operation = operation
                    $0.refusals = refusals
                }
            }
        }
    }

    /// Most frequent first, equally frequent ones in the order of `rank`.
    private static func sorted<Key, Rank: Comparable>(
        _ counts: [Key: UInt64], by rank: (Key) -> Rank
    ) -> [(Key, UInt64)] {
        counts.map { ($0.key, $0.value) }.sorted { left, right in
            left.1 == right.1 ? rank(left.0) < rank(right.0) : left.1 > right.1
        }
    }
}

extension RefusalEntry {
    /// The command or query, named as in JSON.
    var operationName: String {
        switch operation {
        case .command(let name), .query(let name): name
        case nil: ""
        }
    }
}
