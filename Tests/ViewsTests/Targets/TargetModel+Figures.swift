internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

extension TargetModel {
    /// What was reached of a target: the sum of amounts, and how many things were counted.
    struct Reached: Equatable {
        var amount: Int64 = 0
        var counted: UInt64 = 0

        mutating func add(_ amount: Int64 = 1) {
            self.amount += amount
            counted += 1
        }
    }

    /// Counts from all that has happened.
    func reached(
        _ target: TargetAttainment, as metric: TargetMetric? = nil, asOf: Instant
    ) -> Reached {
        let metric = metric ?? target.metric
        var reached = Reached()
        switch metric {
        case .netRevenue, .orders, .newCustomers: count(target, metric, asOf, &reached)
        case .interactions, .pointsEarned, .trainings: countActivities(target, asOf, &reached)
        default: for deal in deals.values { count(deal, target, metric, asOf, &reached) }
        }
        return reached
    }

    private func count(
        _ deal: Deal, _ target: TargetAttainment, _ metric: TargetMetric, _ asOf: Instant, _ reached: inout Reached
    ) {
        let states = deal.states.filter { $0.at <= asOf }
        guard let first = states.first, let last = states.last else { return }
        let currency = target.target.money.currency
        if metric == .openedCount {
            let owned = states.first { $0.owner?.owner != nil }
            if isIn(target, TargetModel.day(first.at)), isOf(target, owned?.owner, owned?.at ?? asOf) { reached.add() }
            return
        }
        if metric == .openPipeline || metric == .weightedPipeline {
            guard last.status == .open, let amount = last.amount, amount.currency == currency,
                !last.closeDate.isEmpty, target.period.firstDay <= last.closeDate,
                last.closeDate <= target.period.lastDay, isOf(target, last.owner, asOf)
            else { return }
            reached.add(metric == .openPipeline ? amount.minorUnits : tenth(amount.minorUnits))
            return
        }
        let opened = states.lastIndex { $0.status != last.status }
        guard let opened, last.status == .won || last.status == .lost else { return }
        let closing = states[opened + 1]
        guard isIn(target, TargetModel.day(closing.at)), isOf(target, closing.owner, closing.at) else { return }
        switch (metric, last.status) {
        case (.winRate, _): reached.add(last.status == .won ? 1 : 0)
        case (.wonCount, .won): reached.add()
        case (.wonValue, .won) where last.amount?.currency == currency: reached.add(last.amount?.minorUnits ?? 0)
        default: break
        }
    }

    /// A tenth, rounded half to even: every open opportunity of the model has ten percent.
    private func tenth(_ amount: Int64) -> Int64 {
        let (whole, rest) = (amount / 10, amount % 10)
        return rest > 5 || (rest == 5 && whole % 2 == 1) ? whole + 1 : whole
    }

    private func count(
        _ target: TargetAttainment, _ metric: TargetMetric, _ asOf: Instant, _ reached: inout Reached
    ) {
        let counting = sales.filter { _, sale in
            guard sale.at <= asOf else { return false }
            return sale.isReturn
                || (sale.confirmedAt.map { $0 <= asOf } ?? false)
                    && sale.cancelledAt.map { $0 > asOf } ?? true
        }
        for (number, sale) in counting {
            guard isIn(target, TargetModel.day(sale.at)), isOf(target, owner(of: sale.party, sale.at), sale.at)
            else { continue }
            switch metric {
            case .netRevenue:
                guard sale.currency == target.target.money.currency else { continue }
                reached.add(sale.isReturn ? -sale.net : sale.net)
            case .orders where !sale.isReturn: reached.add()
            case .newCustomers where !sale.isReturn && sale.party != .none:
                let isFirst = counting.allSatisfy { other, order in
                    order.isReturn || order.party != sale.party || order.at > sale.at
                        || (order.at == sale.at && other >= number)
                }
                if isFirst { reached.add() }
            default: continue
            }
        }
    }

    private func countActivities(_ target: TargetAttainment, _ asOf: Instant, _ reached: inout Reached) {
        for activity in activities.values where activity.metric == target.metric && activity.counts {
            let day = TargetModel.day(activity.at)
            var at = activity.at
            if activity.metric == .trainings {
                guard day <= TargetModel.day(asOf) else { continue }
                // The last moment of the day, if it has come.
                at = min(asOf, Instant(microseconds: (day + 1) * 86_400_000_000 - 8 * 3_600_000_000 - 1))
            }
            guard at <= asOf, isIn(target, day) else { continue }
            if target.programmeNumber != 0, target.programmeNumber != activity.programme.rawValue { continue }
            let owner =
                activity.metric == .pointsEarned
                ? owner(of: activity.party, at)
                : activity.employee == .none ? nil : Owner.employee(activity.employee)
            if isOf(target, owner, at) { reached.add(activity.amount) }
        }
    }

    // MARK: Whose and when

    private func isIn(_ target: TargetAttainment, _ day: Int64) -> Bool {
        let date = TargetModel.date(day)
        return target.period.firstDay <= date && date <= target.period.lastDay
    }

    private func isOf(_ target: TargetAttainment, _ owner: Owner?, _ at: Instant) -> Bool {
        guard let wanted = target.owner.owner else { return true }
        guard let owner = owner?.owner else { return false }
        if wanted == owner { return true }
        guard case .teamNumber(let team) = wanted, case .employeeNumber(let employee) = owner else { return false }
        let changes = members[StreamNumber(employee)] ?? []
        return latest(changes.filter { $0.team.rawValue == team }, at, by: \.at)?.isMember ?? false
    }

    private func owner(of party: StreamNumber, _ at: Instant) -> Owner? {
        latest(owners[party] ?? [], at, by: \.at)?.owner
    }

    /// What holds at an instant: the change of the latest time, of equal ones the one that was recorded last.
    private func latest<Change>(_ changes: [Change], _ at: Instant, by time: (Change) -> Instant) -> Change? {
        var latest: Change?
        for change in changes where time(change) <= at {
            if let found = latest, time(found) > time(change) { continue }
            latest = change
        }
        return latest
    }
}
