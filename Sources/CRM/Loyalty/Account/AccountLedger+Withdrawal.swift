internal import Schema

// Giving back what was taken back for a return that turned out smaller.
extension AccountLedger {
    /// What holds no longer of what was taken back of a line, because so much less of its net came back.
    ///
    /// - Parameter net: how much less; positive.
    func withdrawal(of line: LineEarningState, net: Int64) -> ReversedLine {
        let whole = line.share(returned: line.returned - net)
        let setOff = min(line.setOff, whole)
        var withdrawn = ReversedLine()
        withdrawn.orderLine = line.orderLine
        withdrawn.net = min(net, line.returned)
        withdrawn.points = max(0, line.reversed - (whole - setOff))
        withdrawn.setOff = line.setOff - setOff
        return withdrawn
    }

    /// Records that points come back: they fill a debt first, then the lots that they were taken from. What was taken
    /// from none, because it had been a debt that is filled by now, makes lots of its own.
    mutating func withdraw(
        order: UInt64, _ lines: [ReversedLine], _ world: any World, _ complete: (inout ReversalWithdrawn) -> Void
    ) throws(Refusal) {
        var start = 0
        while start < lines.count {
            var withdrawn = ReversalWithdrawn()
            withdrawn.orderNumber = order
            withdrawn.programmeVersion = programme.version
            withdrawn.continued = start > 0
            complete(&withdrawn)
            var part = Returning(book: book, order: order, occurredAt: occurredAt, debt: state.debt)
            while start < lines.count, part.hasRoom {
                let known = state.line(lines[start].orderLine, ofOrder: order)
                part.add(lines[start], taken: known?.taken ?? [])
                start += 1
            }
            withdrawn.lines = part.lines
            withdrawn.points = part.lines.reduce(0) { $0 + $1.points }
            withdrawn.debt = part.filled
            let end = part.fresh.isEmpty ? (nil, false) : try self.end(ofEarningAt: occurredAt, world)
            withdrawn.lots = part.lots + part.freshLots(expiresAt: end.0?.rawValue, withInactivity: end.1)
            record(withdrawn)
        }
    }
}

/// Where the points of some lines come back to.
private struct Returning {
    var book: LotBook
    let order: UInt64
    let occurredAt: Instant
    /// What is missing, before anything of it is filled.
    var debt: Int64
    private(set) var lines: [ReversedLine] = []
    private(set) var lots: [LotMovement] = []
    /// What comes back to no lot, per line.
    private(set) var fresh: [(line: UInt32, points: Int64)] = []
    /// How much of the debt is filled.
    private(set) var filled: Int64 = 0

    init(book: LotBook, order: UInt64, occurredAt: Instant, debt: Int64) {
        self.book = book
        self.order = order
        self.occurredAt = occurredAt
        self.debt = debt
    }

    /// Whether one more line fits into the event.
    var hasRoom: Bool { lines.count < 100 && lots.count + fresh.count < LoyaltyLimits.movementsPerEvent / 2 }

    mutating func add(_ line: ReversedLine, taken: [LotMovement]) {
        lines.append(line)
        var missing = line.points
        let part = min(debt - filled, missing)
        filled += part
        missing -= part
        for movement in taken.reversed() where missing > 0 {
            let points = min(missing, movement.points)
            lots.append(book.give(points, backTo: movement, at: occurredAt))
            missing -= points
        }
        if missing > 0 { fresh.append((line.orderLine, missing)) }
    }

    /// The lots that begin with the event; they name no earning.
    func freshLots(expiresAt: Int64?, withInactivity: Bool) -> [LotMovement] {
        var sum: Int64 = 0
        return fresh.enumerated().map { index, element in
            sum += element.points
            var movement = LotMovement()
            movement.lot = UInt32(index + 1)
            movement.points = element.points
            movement.leftInEarning = sum
            movement.orderNumber = order
            movement.orderLine = element.line
            if let expiresAt { movement.expiresAt = expiresAt }
            movement.expiresWithInactivity = withInactivity
            return movement
        }
    }
}
