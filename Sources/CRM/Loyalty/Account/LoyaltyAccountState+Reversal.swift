internal import Schema
internal import SwiftProtobuf

// What became of the points of orders' lines: earned, taken back, ended.
extension LoyaltyAccountState {
    /// Notes what the lines of an order earned.
    mutating func note(_ earned: PointsEarned) {
        let place = orders.firstIndex { $0.orderNumber >= earned.orderNumber } ?? orders.endIndex
        if place == orders.endIndex || orders[place].orderNumber != earned.orderNumber {
            orders.insert(OrderEarningState.with { $0.orderNumber = earned.orderNumber }, at: place)
        }
        orders[place].currency = earned.currency
        for line in earned.lines {
            let index = orders[place].lineIndex(line.orderLine)
            orders[place].lines[index].productNumber = line.productNumber
            orders[place].lines[index].quantity = line.quantity
            orders[place].lines[index].net = line.net
            orders[place].lines[index].earned += line.points
        }
    }

    /// What the line of an order earned; nil where nothing is known of it.
    func line(_ line: UInt32, ofOrder order: UInt64) -> LineEarningState? {
        orders.first { $0.orderNumber == order }?.lines.first { $0.orderLine == line }
    }

    mutating func apply(_ reversed: EarningReversed) {
        balance.reversed += reversed.points
        balance.active -= reversed.debt
        debt += reversed.debt
        take(reversed.lots)
        if reversed.lines.isEmpty {
            guard let place = commanded.firstIndex(where: { $0.position == reversed.earning }) else { return }
            commanded[place].reversed += reversed.points
            dropCommanded(at: place)
            return
        }
        guard let order = orders.firstIndex(where: { $0.orderNumber == reversed.orderNumber }) else { return }
        let taken = ReversalShares(reversed).movements
        for line in reversed.lines {
            let index = orders[order].lineIndex(line.orderLine)
            orders[order].lines[index].apply(line, taken[line.orderLine] ?? [], by: reversed.cause)
        }
        forgetLines(ofOrderAt: order)
    }

    /// Forgets the lines that have earned nothing and of which nothing came back, and an order that has no others.
    private mutating func forgetLines(ofOrderAt place: Int) {
        orders[place].lines.removeAll { $0.earned == 0 && $0.returned == 0 }
        if orders[place].lines.isEmpty { orders.remove(at: place) }
    }

    mutating func apply(_ withdrawn: ReversalWithdrawn, _ position: UInt64) {
        balance.reversed -= withdrawn.points
        balance.active += withdrawn.debt
        debt -= withdrawn.debt
        give(withdrawn.lots, position)
        guard let order = orders.firstIndex(where: { $0.orderNumber == withdrawn.orderNumber }) else { return }
        for line in withdrawn.lines {
            let index = orders[order].lineIndex(line.orderLine)
            orders[order].lines[index].withdraw(line)
        }
        forgetLines(ofOrderAt: order)
    }

    mutating func apply(_ expired: PointsExpired, _ instant: Int64) {
        balance.expired += expired.points
        take(expired.lots)
        for movement in expired.lots { noteExpiry(of: movement, movement.points) }
        self.expired.append(
            ExpiredState.with {
                $0.expiredAt = instant
                $0.lots = expired.lots
            })
    }

    mutating func apply(_ withdrawn: PointsExpiryWithdrawn) {
        balance.expired -= withdrawn.points
        give(withdrawn.lots, 0)
        settle(withdrawn.settled, 0)
        for movement in withdrawn.lots {
            noteExpiry(of: movement, -movement.points)
            forgetExpiry(of: movement)
        }
    }

    private mutating func noteExpiry(of movement: LotMovement, _ points: Int64) {
        if movement.orderNumber != 0 {
            guard let order = orders.firstIndex(where: { $0.orderNumber == movement.orderNumber }),
                let line = orders[order].lines.firstIndex(where: { $0.orderLine == movement.orderLine })
            else { return }
            orders[order].lines[line].expired += points
        } else if let place = commanded.firstIndex(where: { $0.position == movement.earning }) {
            commanded[place].expired += points
            dropCommanded(at: place)
        }
    }

    /// Forgets an earning by command of which nothing can be reversed any more.
    private mutating func dropCommanded(at place: Int) {
        if commanded[place].reversed >= commanded[place].points { commanded.remove(at: place) }
    }

    /// Takes the points that did not expire after all out of what is remembered as expired, the last ones first.
    private mutating func forgetExpiry(of movement: LotMovement) {
        var left = movement.points
        for place in expired.indices.reversed() where left > 0 {
            for lot in expired[place].lots.indices.reversed() where left > 0 {
                guard expired[place].lots[lot].earning == movement.earning, expired[place].lots[lot].lot == movement.lot
                else { continue }
                let points = min(left, expired[place].lots[lot].points)
                expired[place].lots[lot].points -= points
                left -= points
            }
            expired[place].lots.removeAll { $0.points == 0 }
        }
        expired.removeAll { $0.lots.isEmpty }
    }
}

extension OrderEarningState {
    /// Where a line stands; it is made where nothing was known of it.
    fileprivate mutating func lineIndex(_ line: UInt32) -> Int {
        let place = lines.firstIndex { $0.orderLine >= line } ?? lines.endIndex
        if place == lines.endIndex || lines[place].orderLine != line {
            lines.insert(LineEarningState.with { $0.orderLine = line }, at: place)
        }
        return place
    }
}

extension LineEarningState {
    /// What is taken back. Points that somebody took back by command the line did not earn: what comes back later is
    /// reckoned by the rest.
    fileprivate mutating func apply(_ line: ReversedLine, _ movements: [LotMovement], by cause: ReversalCause) {
        returned = Amounts.clampedSum(returned, line.net)
        if line.ended {
            let back = returned
            let number = orderLine
            self = LineEarningState()
            orderLine = number
            returned = back
        } else if cause == .command {
            earned -= line.points
        } else {
            reversed += line.points
            setOff += line.setOff
            taken += movements
        }
    }

    fileprivate mutating func withdraw(_ line: ReversedLine) {
        returned = max(0, returned - line.net)
        reversed -= line.points
        setOff -= line.setOff
        // What comes back into lots comes back to those from which points were taken last.
        var surplus = taken.points - reversed
        while surplus > 0, let last = taken.indices.last {
            let points = min(surplus, taken[last].points)
            taken[last].points -= points
            surplus -= points
            if taken[last].points == 0 { taken.removeLast() }
        }
    }
}

/// Which movements of a reversal are whose: a line's own lots are taken first; what else is taken, and in the end the
/// debt, belongs to the lines in their order.
struct ReversalShares {
    private(set) var movements: [UInt32: [LotMovement]] = [:]

    init(_ reversed: EarningReversed) {
        var open: [UInt32: Int64] = [:]
        for line in reversed.lines { open[line.orderLine, default: 0] += line.points }
        var others: [LotMovement] = []
        for movement in reversed.lots {
            let isOwn = movement.orderNumber == reversed.orderNumber
            let own = isOwn ? min(movement.points, open[movement.orderLine] ?? 0) : 0
            add(movement, own, to: movement.orderLine, &open)
            if own < movement.points {
                var rest = movement
                rest.points -= own
                others.append(rest)
            }
        }
        for movement in others {
            var left = movement.points
            for line in reversed.lines where left > 0 {
                let points = min(left, open[line.orderLine] ?? 0)
                add(movement, points, to: line.orderLine, &open)
                left -= points
            }
        }
    }

    private mutating func add(_ movement: LotMovement, _ points: Int64, to line: UInt32, _ open: inout [UInt32: Int64])
    {
        guard points > 0 else { return }
        var share = movement
        share.points = points
        movements[line, default: []].append(share)
        open[line, default: 0] -= points
    }
}
