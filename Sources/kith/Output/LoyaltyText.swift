internal import Schema
internal import SwiftProtobuf

/// Loyalty accounts and programmes for a person.
struct LoyaltyText {
    var names = NameBook()
    var times: ZonedTimeText
    var layout = TextLayout.unlimited

    // MARK: Accounts

    /// One account with its lots and movements.
    func lines(_ account: LoyaltyAccountView) -> [String] {
        let blocks = [head(account.summary), lots(account), expiry(account.expiry), movements(account)]
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    /// One account in a few lines, where it is clear whose it is.
    func short(_ summary: LoyaltySummary) -> [String] {
        var fields = FieldList()
        fields.add("member of", Self.called(summary.programmeLabel, summary.programmeNumber))
        if summary.status != .open { fields.add("status", Labels.of(summary.status)) }
        fields.add("points", balance(summary.balance, summary.pointsLabel))
        fields.add("tier", tier(summary))
        fields.add("ending", ending(summary))
        return fields.lines
    }

    private func head(_ summary: LoyaltySummary) -> [String] {
        var fields = FieldList()
        fields.add("account", "\(summary.accountID) (#\(summary.accountNumber))")
        fields.add("programme", Self.called(summary.programmeLabel, summary.programmeNumber))
        fields.add("member", names.name(.party, summary.partyNumber) + names.name(.employee, summary.employeeNumber))
        fields.add("status", Labels.of(summary.status))
        fields.add("points", balance(summary.balance, summary.pointsLabel))
        fields.add("made of", identity(summary.balance))
        fields.add("tier", tier(summary))
        fields.add("ending", ending(summary))
        fields.add("spent of earned", RatioText.percent(summary.hasBurnRate ? summary.burnRate : nil))
        if summary.hasEnrolledAt { fields.add("enrolled", times.minute(summary.enrolledAt)) }
        if summary.hasLastActivityAt { fields.add("last active", times.minute(summary.lastActivityAt)) }
        if summary.hasInactiveAt { fields.add("inactive at", times.minute(summary.inactiveAt)) }
        return fields.lines
    }

    private func ending(_ summary: LoyaltySummary) -> String {
        "\(summary.expiring30Days) in 30 days, \(summary.expiring60Days) in 60, \(summary.expiring90Days) in 90"
    }

    private func balance(_ balance: PointsBalance, _ label: String) -> String {
        let points = label.isEmpty ? "points" : label
        if balance.active < 0 { return "\(balance.active) \(points): a debt; \(balance.locked) locked" }
        return "\(balance.active) \(points) to spend, \(balance.locked) locked"
    }

    /// The sum by which every point that came is accounted for.
    private func identity(_ balance: PointsBalance) -> String {
        var came = "\(balance.earned) earned"
        if balance.adjusted != 0 { came += " \(Self.signed(balance.adjusted)) adjusted" }
        if balance.transferred != 0 { came += " \(Self.signed(balance.transferred)) transferred" }
        return "\(came) = \(balance.active) active + \(balance.locked) locked + \(balance.spent) spent "
            + "+ \(balance.expired) expired + \(balance.reversed) reversed"
    }

    private static func signed(_ points: Int64) -> String { points < 0 ? "− \(points.magnitude)" : "+ \(points)" }

    private func tier(_ summary: LoyaltySummary) -> String {
        guard !summary.tier.isEmpty || !summary.nextTier.isEmpty else { return "" }
        var text = summary.tierLabel.isEmpty ? summary.tier : summary.tierLabel
        if text.isEmpty { text = "none" }
        if summary.hasTierSince { text += " since \(times.minute(summary.tierSince))" }
        if !summary.nextTier.isEmpty { text += "; \(summary.pointsToNextTier) points to \(summary.nextTier)" }
        return text
    }

    private func lots(_ account: LoyaltyAccountView) -> [String] {
        guard !account.lots.isEmpty else { return [] }
        var table = Table(
            [
                ("lot", .left), ("points", .right), ("left", .right), ("earned", .left), ("locked until", .left),
                ("ends", .left), ("order", .right), ("rule", .left),
            ], flexible: [7], dispensable: [4, 6])
        for lot in account.lots {
            let ends =
                lot.hasExpiresAt ? times.minute(lot.expiresAt) : lot.expiresWithInactivity ? "inactivity" : "never"
            table.add([
                "\(lot.earning)/\(lot.lot)", String(lot.points), String(lot.left), times.minute(lot.earnedAt),
                lot.hasLocksUntil ? times.minute(lot.locksUntil) : "", ends,
                lot.orderNumber > 0 ? "#\(lot.orderNumber)" : "", lot.rule,
            ])
        }
        return table.lines(in: layout) + (account.lotsCut ? ["… there are more lots: --lots shows so many"] : [])
    }

    /// How many days are shown as such; more are shown by month.
    private static let expiryDaysShown = 31

    private func expiry(_ days: [ExpiryDay]) -> [String] {
        guard !days.isEmpty else { return [] }
        guard days.count > Self.expiryDaysShown else {
            var table = Table([("day", .left), ("points that end", .right)])
            for day in days { table.add([day.day, String(day.points)]) }
            return table.lines
        }
        var months: [(month: Substring, points: Int64)] = []
        for day in days {
            let month = day.day.prefix(7)
            if months.last?.month != month { months.append((month, 0)) }
            months[months.count - 1].points += day.points
        }
        var table = Table([("month", .left), ("points that end", .right)])
        for (month, points) in months { table.add([String(month), String(points)]) }
        return table.lines
    }

    private func movements(_ account: LoyaltyAccountView) -> [String] {
        guard !account.movements.isEmpty else { return [] }
        var table = Table([
            ("position", .right), ("occurred", .left), ("event", .left), ("points", .right), ("active after", .right),
            ("of", .left),
        ])
        for movement in account.movements {
            table.add([
                String(movement.position), times.minute(movement.occurredAt), Labels.of(movement.kind),
                String(movement.points), String(movement.balance.active), Self.cause(movement),
            ])
        }
        let older = "… there are older movements: --movements shows so many"
        return table.lines(in: layout) + (account.movementsCut ? [older] : [])
    }

    private static func cause(_ movement: LoyaltyMovement) -> String {
        if movement.orderNumber > 0 { return "order #\(movement.orderNumber)" }
        if movement.returnNumber > 0 { return "return #\(movement.returnNumber)" }
        if movement.redemptionNumber > 0 { return "redemption #\(movement.redemptionNumber)" }
        if movement.otherAccountNumber > 0 { return "account #\(movement.otherAccountNumber)" }
        if !movement.tierTo.isEmpty || !movement.tierFrom.isEmpty {
            return "\(movement.tierFrom.isEmpty ? "none" : movement.tierFrom) → "
                + (movement.tierTo.isEmpty ? "none" : movement.tierTo)
        }
        return ""
    }

    // MARK: A programme

    /// A programme as a whole.
    func lines(_ programme: ProgrammeResponse) -> [String] {
        let blocks = [
            head(programme), tiers(programme), earning(programme), rewards(programme), expiry(programme.expiry),
        ]
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private func head(_ programme: ProgrammeResponse) -> [String] {
        var fields = FieldList()
        fields.add("programme", Self.called(programme.programme.label, programme.programmeNumber))
        fields.add("status", Labels.of(programme.programme.status))
        fields.add("members", "\(programme.members), of them \(programme.frozen) frozen; \(programme.closed) closed")
        fields.add("enrolled", "\(programme.enrolled) in the period")
        let active = RatioText.percent(programme.hasActiveMemberRate ? programme.activeMemberRate : nil)
        fields.add("active", "\(active) (\(programme.activeMembers) of \(programme.members))")
        fields.add("of customers", RatioText.percent(programme.hasEnrolmentRate ? programme.enrolmentRate : nil))
        fields.add("points", balance(programme.balance, programme.programme.pointsLabel))
        fields.add("made of", identity(programme.balance))
        if programme.debt > 0 { fields.add("debts", String(programme.debt)) }
        fields.add(
            "in the period",
            "\(programme.earnedInPeriod) earned, \(programme.spentInPeriod) spent, "
                + "\(programme.expiredInPeriod) expired, \(programme.reversedInPeriod) reversed")
        fields.add("spent of earned", RatioText.percent(programme.hasBurnRate ? programme.burnRate : nil))
        fields.add("breakage to date", RatioText.percent(programme.hasBreakageToDate ? programme.breakageToDate : nil))
        fields.add(
            "ending",
            "\(programme.expiring30Days) in 30 days, \(programme.expiring60Days) in 60, "
                + "\(programme.expiring90Days) in 90")
        if programme.hasLiability { fields.add("liability", liability(programme.liability)) }
        return fields.lines
    }

    private func liability(_ liability: LoyaltyLiability) -> String {
        guard liability.hasAmount else { return "\(liability.outstanding) points outstanding, without a value" }
        let amount = MoneyText.amount(liability.amount.minorUnits, liability.amount.currency)
        let cost = "\(MoneyText.decimal(liability.value.cost)) \(liability.value.currency)"
        return
            "\(amount): \(liability.outstanding) points × \(cost) × \(MoneyText.decimal(liability.value.redemptionRate))"
    }

    private func tiers(_ programme: ProgrammeResponse) -> [String] {
        guard !programme.tiers.isEmpty else { return [] }
        var table = Table([("tier", .left), ("members", .right), ("share", .right)])
        for tier in programme.tiers {
            table.add([tier.tier.isEmpty ? "(none)" : tier.tier, String(tier.members), RatioText.percent(tier.share)])
        }
        let moves = programme.tierMovements.map { move in
            "\(move.from.isEmpty ? "(none)" : move.from) → \(move.to.isEmpty ? "(none)" : move.to): \(move.changes)"
        }
        return table.lines(in: layout) + moves.map { Table.printable($0) }
    }

    private func earning(_ programme: ProgrammeResponse) -> [String] {
        guard !programme.earnRates.isEmpty else { return [] }
        var table = Table([("currency", .left), ("net", .right), ("points", .right), ("points per unit", .right)])
        for rate in programme.earnRates {
            table.add([
                rate.currency, MoneyText.amount(rate.net, rate.currency), String(rate.points),
                // Of a currency with small units a point costs many.
                RatioText.decimal(rate.hasRate ? rate.rate : nil, digits: 4),
            ])
        }
        return table.lines(in: layout)
    }

    private func rewards(_ programme: ProgrammeResponse) -> [String] {
        guard !programme.rewards.isEmpty else { return [] }
        var table = Table([("reward", .left), ("redeemed", .right), ("points", .right)], flexible: [0])
        for reward in programme.rewards {
            table.add([Self.called(reward.label, reward.rewardNumber), String(reward.redeemed), String(reward.points)])
        }
        return table.lines(in: layout)
    }

    private static func called(_ label: String, _ number: UInt64) -> String {
        label.isEmpty ? "#\(number)" : "\(label) (#\(number))"
    }
}
