internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

extension TargetModel {
    /// Something happens.
    mutating func step() throws {
        now = Instant(microseconds: now.rawValue + Int64(1 + pick(20 * 3_600)) * 1_000_000)
        switch pick(20) {
        case 0...1: try open()
        case 2...6: try changeDeal()
        case 7...8: try sell()
        case 9...11: try changeSale()
        case 12: try assignParty()
        case 13: try changeTeam()
        case 14: try talk()
        case 15: try earn()
        case 16: try train()
        case 17...18: try putRight()
        default: try setTarget()
        }
    }

    // MARK: Opportunities

    private mutating func open() throws {
        var state = State(at: now, owner: owner())
        state.amount = pick(5) == 0 ? nil : amount()
        state.closeDate = pick(4) == 0 ? "" : TargetModel.date(TargetModel.day(now) + Int64(pick(60)))
        let deal = try sketch.deals.open(at: now) {
            ($0.owner, $0.amount, $0.closeDate) = (state.owner, state.amount, state.closeDate)
        }
        deals[deal] = Deal(states: [state])
    }

    private mutating func changeDeal() throws {
        guard let number = key(deals, where: { _ in true }), let before = deals[number]?.states.last else { return }
        var state = before
        state.at = now
        switch (pick(6), before.status) {
        case (0, _):
            state.owner = owner()
            guard state.owner?.owner != before.owner?.owner else { return }
            try sketch.assign(number, state.owner, at: now)
        case (1, .open):
            state.amount = amount()
            try sketch.deals.setAmount(number, state.amount, at: now)
        case (2, .open):
            state.closeDate = TargetModel.date(TargetModel.day(now) + Int64(pick(60)))
            try sketch.deals.moveCloseDate(number, from: before.closeDate, to: state.closeDate, at: now)
        case (3, .open): try close(number, &state)
        case (4, .won), (4, .lost), (4, .abandoned):
            (state.status, state.probability) = (.open, 10)
            state.closeDate = TargetModel.date(TargetModel.day(now) + 30)
            try sketch.deals.reopen(number, at: now, state.amount, closeDate: state.closeDate)
        case (5, .won), (5, .lost): return try correct(number)
        default: return
        }
        deals[number]?.states.append(state)
    }

    private mutating func close(_ number: StreamNumber, _ state: inout State) throws {
        switch pick(5) {
        case 0:
            (state.status, state.probability) = (.abandoned, 0)
            try sketch.deals.abandon(number, at: now, state.amount)
        case 1...2:
            (state.status, state.probability) = (.lost, 0)
            try sketch.deals.lose(number, at: now, state.amount)
        default:
            (state.status, state.probability, state.amount) = (.won, 100, amount())
            try sketch.deals.win(number, at: now, state.amount)
        }
    }

    /// It was closed some hours before, at another amount. Nothing else happened in between.
    private mutating func correct(_ number: StreamNumber) throws {
        guard var states = deals[number]?.states, let status = states.last?.status,
            let first = states.lastIndex(where: { $0.status != status })
        else { return }
        let before = states[first].at.rawValue
        let closedAt = Instant(microseconds: before + (states[first + 1].at.rawValue - before) / 2)
        let amount = amount()
        for index in (first + 1)..<states.count { states[index].amount = amount }
        states[first + 1].at = closedAt
        deals[number]?.states = states
        try sketch.deals.correct(number, at: now) {
            $0.closedAt = closedAt.rawValue
            $0.amount = amount
        }
    }

    // MARK: Orders and returns

    private mutating func party() -> StreamNumber { pick(6) == 0 ? .none : one(parties) ?? .none }

    private mutating func sell() throws {
        let amount = amount()
        let isReturn = pick(4) == 0
        var sale = Sale(
            isReturn: isReturn, party: party(), net: amount.minorUnits, currency: amount.currency, at: earlier())
        let number: StreamNumber
        if isReturn {
            number = try sketch.goodsReturn(sale.party, sale.net, at: sale.at) { $0.currency = sale.currency }
        } else {
            sale.confirmedAt = pick(3) == 0 ? nil : sale.at
            number = try sketch.order(sale.party, sale.net, at: sale.at) {
                ($0.currency, $0.confirmedAt) = (sale.currency, sale.confirmedAt)
            }
        }
        sales[number] = sale
    }

    private mutating func changeSale() throws {
        guard let number = key(sales, where: { $0.cancelledAt == nil }), var sale = sales[number] else { return }
        switch pick(4) {
        case 0 where !sale.isReturn:
            sale.confirmedAt = sale.confirmedAt ?? now
            try sketch.log.append(number, .orderCompleted(.init()), at: now)
        case 1 where !sale.isReturn:
            sale.cancelledAt = now
            try sketch.log.append(number, .orderCancelled(.init()), at: now)
        default:
            let isMoved = pick(2) == 0
            let amount = amount()
            (sale.party, sale.net, sale.currency) = (party(), amount.minorUnits, amount.currency)
            if isMoved { sale.at = earlier() }
            try correct(number, sale, movedTo: isMoved ? sale.at : nil)
        }
        sales[number] = sale
    }

    private mutating func correct(_ number: StreamNumber, _ sale: Sale, movedTo: Instant?) throws {
        if sale.isReturn {
            let corrected = ReturnCorrected.with {
                $0.partyNumber = sale.party.rawValue
                $0.currency = sale.currency
                $0.net = sale.net
                if let movedTo { $0.registeredAt = movedTo.rawValue }
            }
            try sketch.log.append(number, .returnCorrected(corrected), at: now)
        } else {
            let lines = [OrderLine.of(net: sale.net)]
            try sketch.log.append(
                number, .orderCorrected(sale.party, lines, currency: sale.currency, placedAt: movedTo), at: now)
        }
    }

    // MARK: People

    private mutating func assignParty() throws {
        guard let party = one(parties) else { return }
        let (at, owner) = (pick(3) == 0 ? earlier() : now, owner())
        owners[party, default: []].append((at, owner))
        try sketch.assign(party, owner, at: at)
    }

    private mutating func changeTeam() throws {
        guard let employee = one(employees), let team = one(teams) else { return }
        let at = pick(3) == 0 ? earlier() : now
        let isMember = pick(3) > 0
        members[employee, default: []].append(Change(at: at, team: team, isMember: isMember))
        if isMember {
            try sketch.join(employee, team, at: at)
        } else {
            try sketch.leave(employee, team, at: at)
        }
    }

    // MARK: Interactions, points, trainings

    private mutating func someone() -> StreamNumber { pick(4) == 0 ? .none : one(employees) ?? .none }

    private mutating func talk() throws {
        let activity = Activity(metric: .interactions, at: earlier(), employee: someone())
        activities[try sketch.interaction(activity.employee, at: activity.at)] = activity
    }

    private mutating func earn() throws {
        guard let account = one(accounts) else { return }
        let activity = Activity(
            metric: .pointsEarned, at: now, party: account.party, programme: account.programme,
            amount: Int64(1 + pick(100)))
        // Each earning is counted by the position of its event.
        activities[StreamNumber(sketch.log.next.rawValue)] = activity
        try sketch.earn(account.stream, account.programme, activity.amount, at: now)
    }

    private mutating func train() throws {
        let at = earlier()
        let result = one([TrainingResult.attended, .passed, .failed]) ?? .passed
        var activity = Activity(metric: .trainings, at: at, employee: one(employees) ?? .none)
        activity.counts = result != .failed
        let day = TargetModel.date(TargetModel.day(at))
        activities[try sketch.training(activity.employee, result, on: day)] = activity
    }

    private mutating func putRight() throws {
        guard let number = key(activities, where: { $0.metric != .pointsEarned }), var activity = activities[number]
        else { return }
        let before = activity
        activity.at = earlier()
        if activity.metric == .interactions {
            activity.employee = someone()
            let corrected = InteractionCorrected.with {
                $0.detailBefore = .of(before.employee, before.at)
                $0.detail = .of(activity.employee, activity.at)
            }
            try sketch.log.append(number, .interactionCorrected(corrected), at: now)
        } else if pick(3) == 0 {
            activities[number] = nil
            return try sketch.log.append(number, .trainingWithdrawn(.init()), at: now)
        } else {
            activity.counts = pick(3) > 0
            let corrected = TrainingCorrected.with {
                $0.employeeNumber = activity.employee.rawValue
                $0.detail = .of(
                    activity.counts ? .passed : .notCompleted, on: TargetModel.date(TargetModel.day(activity.at)))
            }
            try sketch.log.append(number, .trainingCorrected(corrected), at: now)
        }
        activities[number] = activity
    }

    // MARK: Targets

    /// Of the weeks before the present, mostly.
    mutating func setTarget() throws {
        guard let metric = one(TargetMetric.allCases.filter({ $0 != .unspecified })) else { return }
        let first = TargetModel.day(now) - Int64(pick(60))
        let value: TargetValue
        switch metric {
        case .winRate: value = .percent(Int64(1 + pick(99)))
        case .wonValue, .openPipeline, .weightedPipeline, .netRevenue:
            value = .money(Int64(1 + pick(9_000)), pick(4) == 0 ? "USD" : "EUR")
        default: value = .count(UInt64(1 + pick(9)))
        }
        try sketch.target(
            metric, value, owner: owner(), first: TargetModel.date(first),
            last: TargetModel.date(first + Int64(pick(60))),
            programme: metric == .pointsEarned && pick(2) == 0 ? one(programmes) ?? .none : .none)
    }
}
