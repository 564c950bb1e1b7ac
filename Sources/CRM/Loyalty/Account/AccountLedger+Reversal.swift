internal import Schema

/// How much of the points of an order's line is to be taken back.
struct LineReversal {
    var line: ReversedLine
    /// Points of the line that had expired when the fact was recorded, but not yet when it occurred.
    var expiredLate: Int64 = 0
}

// Taking back what the lines of orders earned.
//
// Of a line that earned E points for a net of N, of which R has come back, T = E * min(R, N) / N points are to be taken
// back in all, rounded half-even: so each further return takes what is missing to the whole, and when everything is
// back everything is taken back. Points of the line that expired unspent before it came back are set off against T:
// they are not charged a second time.
extension AccountLedger {
    /// What has to be taken back of a line because so much more of its net came back.
    func reversal(of line: LineEarningState, order: UInt64, net: Int64) -> LineReversal {
        var reversal = reversal(
            of: line, order: order, whole: line.share(returned: Amounts.clampedSum(line.returned, net)))
        reversal.line.net = net
        return reversal
    }

    /// What has to be taken back of the lines of an order that earn nothing any more.
    func ending(
        _ order: UInt64, at instant: Instant, _ isMeant: (LineEarningState) -> Bool
    ) -> [LineReversal] {
        let lines = state.orders.first { $0.orderNumber == order }?.lines ?? []
        return lines.filter { $0.earned > 0 && isMeant($0) }.map { line in
            var reversal = reversal(of: line, order: order, whole: line.earned)
            reversal.line.ended = true
            return reversal
        }
    }

    private func reversal(of line: LineEarningState, order: UInt64, whole: Int64) -> LineReversal {
        let isOwn = { (movement: LotMovement) in
            movement.orderNumber == order && movement.orderLine == line.orderLine
        }
        let late = state.expired.filter { $0.expiredAt > occurredAt.rawValue }
            .reduce(0) { $0 + $1.lots.filter(isOwn).points }
        let goal = max(line.reversed, whole - max(0, line.expired - late))
        let left = state.earnings.filter { $0.orderNumber == order }
            .reduce(0) { sum, earning in
                earning.lots.reduce(sum) { $1.orderLine == line.orderLine ? $0 + $1.left : $0 }
            }
        var reversal = LineReversal(line: ReversedLine())
        reversal.line.orderLine = line.orderLine
        reversal.line.points = goal - line.reversed
        reversal.line.setOff = max(0, whole - goal - line.setOff)
        reversal.expiredLate = min(late, max(0, reversal.line.points - left))
        return reversal
    }

    /// Records that points of an order's lines are taken back: from the lots of each line first, then from other points
    /// that can be spent; what is missing then is a debt.
    mutating func reverse(
        order: UInt64, _ reversals: [LineReversal], _ complete: (inout EarningReversed) -> Void
    ) {
        guard !reversals.isEmpty else { return }
        withdrawExpiry(order: order, reversals)
        var draft = EarningReversed()
        draft.orderNumber = order
        draft.programmeVersion = programme.version
        complete(&draft)
        var isFirst = true
        for start in stride(from: 0, to: reversals.count, by: Self.linesPerEvent) {
            let end = min(start + Self.linesPerEvent, reversals.count)
            reverse(draft, reversals[start..<end].map(\.line), &isFirst)
        }
    }

    private static var linesPerEvent: Int { 100 }

    private mutating func reverse(_ draft: EarningReversed, _ lines: [ReversedLine], _ isFirst: inout Bool) {
        var book = self.book
        var lots: [LotMovement] = []
        var missing: Int64 = 0
        for line in lines {
            let own = book.take(upTo: line.points) { earning, lot in
                earning.orderNumber == draft.orderNumber && lot.orderLine == line.orderLine
            }
            lots += own
            missing += line.points - own.points
        }
        let others = book.take(upTo: missing) { earning, _ in isSpendable(earning) }
        lots += others
        if lots.count > LoyaltyLimits.movementsPerEvent, lines.count > 1 {
            let half = lines.count / 2
            reverse(draft, Array(lines[..<half]), &isFirst)
            reverse(draft, Array(lines[half...]), &isFirst)
        } else if lots.count > LoyaltyLimits.movementsPerEvent, let line = lines.first {
            reverse(draft, line, lots, debt: missing - others.points, &isFirst)
        } else {
            record(draft, lines, lots, debt: missing - others.points, &isFirst)
        }
    }

    /// One line out of more lots than one event holds.
    private mutating func reverse(
        _ draft: EarningReversed, _ line: ReversedLine, _ lots: [LotMovement], debt: Int64, _ isFirst: inout Bool
    ) {
        let chunks = lots.chunks
        for (index, chunk) in chunks.enumerated() {
            let isLast = index == chunks.count - 1
            var part = line
            part.points = chunk.points + (isLast ? debt : 0)
            part.ended = line.ended && isLast
            if index > 0 {
                part.net = 0
                part.setOff = 0
            }
            record(draft, [part], chunk, debt: isLast ? debt : 0, &isFirst)
        }
    }

    private mutating func record(
        _ draft: EarningReversed, _ lines: [ReversedLine], _ lots: [LotMovement], debt: Int64, _ isFirst: inout Bool
    ) {
        var reversed = draft
        reversed.lines = lines
        reversed.lots = lots
        reversed.debt = debt
        reversed.points = lots.points + debt
        reversed.continued = !isFirst
        isFirst = false
        record(reversed)
    }

    /// Takes back points that somebody gave by command, or that a coupon gave.
    ///
    /// - Parameters:
    ///   - earning: position of the event that gave them.
    ///   - points: at most what is not reversed or expired yet.
    mutating func reverse(earning: UInt64, points: Int64, _ complete: (inout EarningReversed) -> Void) {
        var book = self.book
        var lots = book.take(upTo: points) { candidate, _ in candidate.position == earning }
        lots += book.take(upTo: points - lots.points) { candidate, _ in isSpendable(candidate) }
        let debt = points - lots.points
        let chunks = lots.isEmpty ? [[]] : lots.chunks
        for (index, chunk) in chunks.enumerated() {
            var reversed = EarningReversed()
            reversed.earning = earning
            reversed.programmeVersion = programme.version
            complete(&reversed)
            reversed.lots = chunk
            reversed.debt = index == chunks.count - 1 ? debt : 0
            reversed.points = chunk.points + reversed.debt
            reversed.continued = index > 0
            record(reversed)
        }
    }
}

extension LineEarningState {
    /// How many of the line's points are to be taken back where so much of its net has come back.
    func share(returned: Int64) -> Int64 {
        guard net > 0 else { return returned > 0 ? earned : 0 }
        let product = Int128(earned) * Int128(min(max(returned, 0), net))
        let (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int128(net))
        let isUp = remainder * 2 > Int128(net) || (remainder * 2 == Int128(net) && quotient % 2 == 1)
        return Int64(quotient + (isUp ? 1 : 0))
    }
}
