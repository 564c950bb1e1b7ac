internal import Schema
internal import SwiftProtobuf

/// How one opportunity stood from each of its changes on. The newest moments stand in its row; once these are
/// `rowMaximum`, the older half moves into a row of its own, so that no row grows with the number of events.
///
/// Of the moments that begin at or before an instant the last one holds then. So a correction that moves the closing to
/// an earlier time outdoes what was recorded in between, and one that moves it back brings that to light again.
struct MomentLog {
    /// So many moments a row never reaches.
    static let rowMaximum = 64
    /// So many moments stand in each row of older ones, and at least so many in the opportunity's own where there are
    /// older ones.
    static let chunk = 32

    private let tables: PipelineTables
    private let number: StreamNumber

    init(_ tables: PipelineTables, _ number: StreamNumber) {
        self.tables = tables
        self.number = number
    }

    /// All moments of an opportunity, in the order in which they were recorded.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    func moments(
        of row: PipelineOpportunityRow, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [OpportunityMoment] {
        guard row.moments.count >= MomentLog.chunk else { return row.moments }
        var moments: [OpportunityMoment] = []
        try reader.scan(tables.earlier, prefix: .key(number.rawValue)) { (_, bytes) throws(ViewError) in
            moments.append(contentsOf: try decodedRow(PipelineOpportunityRow.self, bytes).moments)
            return .next
        }
        return moments + row.moments
    }

    /// Adds how the opportunity stands from an instant on, where it stands otherwise than before.
    ///
    /// - Throws: what the store throws.
    func note(
        _ moment: OpportunityMoment, from: Instant, in row: inout PipelineOpportunityRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        guard let last = row.moments.last, moment != last else { return }
        var moment = moment
        // A change holds from the one before on at the earliest. Of a history it may be known when it ended, while only
        // the time of its recording stands for its beginning.
        moment.from = moment.status == last.status ? max(from.rawValue, last.from) : from.rawValue
        let isSameVisit = moment.status == last.status && moment.stage.isIdentical(to: last.stage)
        if moment.from == last.from, isSameVisit {
            row.moments[row.moments.count - 1] = moment
            return
        }
        row.moments.append(moment)
        guard row.moments.count == MomentLog.rowMaximum else { return }
        var older = PipelineOpportunityRow()
        older.moments = Array(row.moments[..<MomentLog.chunk])
        row.moments.removeFirst(MomentLog.chunk)
        try store.put(tables.earlier, key(try chunkCount(in: store)), older)
    }

    /// Puts right when a closed opportunity was closed and at what amount.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the store throws.
    func correct(
        _ corrected: OpportunityCorrected, in row: inout PipelineOpportunityRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        guard corrected.hasClosedAt || corrected.hasAmount, let status = row.moments.last?.status else { return }
        let correction = ClosingCorrection(
            closedAt: corrected.hasClosedAt ? corrected.closedAt : nil,
            amount: corrected.hasAmount ? corrected.amount : nil)
        var older: [(index: UInt32, moments: [OpportunityMoment])] = []
        var all = row.moments
        var next = all.count < MomentLog.chunk ? 0 : try chunkCount(in: store)
        // Only the moments since the closing change; mostly the row has them all.
        while next > 0, all.allSatisfy({ $0.status == status }) {
            next -= 1
            guard let chunk = try store.row(PipelineOpportunityRow.self, tables.earlier, key(next)) else { break }
            older.insert((next, chunk.moments), at: 0)
            all = chunk.moments + all
        }
        correction.apply(to: &all)
        for chunk in older {
            var changed = PipelineOpportunityRow()
            changed.moments = Array(all.prefix(chunk.moments.count))
            all.removeFirst(chunk.moments.count)
            try store.put(tables.earlier, key(chunk.index), changed)
        }
        row.moments = all
    }

    private func key(_ chunk: UInt32) -> [UInt8] {
        var key = [UInt8].key(capacity: 12)
        key.append(bigEndian: number.rawValue)
        key.append(bigEndian: chunk)
        return key
    }

    /// How many rows of older moments there are. They are numbered without a gap, so the first free number is found
    /// in few reads.
    private func chunkCount(in store: borrowing some ProjectionStore & ~Copyable) throws(ViewError) -> UInt32 {
        var taken: UInt32 = 0
        var free: UInt32 = 1
        while try store.get(tables.earlier, key(free - 1)) != nil {
            taken = free
            free *= 2
        }
        while taken + 1 < free {
            let middle = taken + (free - taken) / 2
            if try store.get(tables.earlier, key(middle - 1)) != nil { taken = middle } else { free = middle }
        }
        return taken
    }
}

/// What was wrong about the end of an opportunity.
private struct ClosingCorrection {
    var closedAt: Int64?
    var amount: Money?

    /// Changes the moments since the opportunity was last closed.
    func apply(to moments: inout [OpportunityMoment]) {
        guard let status = moments.last?.status, status != .open else { return }
        let before = moments.lastIndex { $0.status != status }
        let closing = before.map { $0 + 1 } ?? 0
        let recorded = moments[closing].from
        for index in closing..<moments.count {
            if let amount { moments[index].amount = amount }
            guard let closedAt else { continue }
            if moments[index].hasStageSince, moments[index].stageSince == recorded {
                moments[index].stageSince = closedAt
            }
            moments[index].from = index == closing ? closedAt : max(moments[index].from, closedAt)
        }
    }
}
