internal import Analytics
package import Schema

extension ClosePeriod: DomainCommand {
    package typealias Target = OrganisationAggregate

    package func validate() throws(Refusal) { try DayForm.day(through, "through") }

    package var commandTarget: CommandTarget { .singleton }

    package func decide(
        _ state: OrganisationState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = state ?? OrganisationState()
        let zone = state.zoneRules
        let until = Days.end(of: try DayForm.day(through, "through"), zone)
        if let closed = state.closedUntil, until <= closed { return [] }
        guard until <= context.recordedAt else {
            throw Refusal(
                .futureOccurredAt, "The day is not over in the organisation's zone. Close it when it is.",
                field: "through")
        }
        var closed = PeriodClosed()
        closed.through = through
        closed.closedUntil = until.rawValue
        if let before = state.closed.last {
            closed.from = CivilDate(before.through).map { $0.adding(days: 1).description } ?? ""
            closed.closedUntilBefore = before.until
        }
        closed.openOrders = try Self.openOrders(before: until, context.world)
        closed.openImports = UInt64(max(0, try context.world.claim(.openImports)))
        closed.zone = zone.name
        closed.zoneRulesVersion = ZoneRules.version
        try checkOpenItems(closed, context)
        return [.fact(.periodClosed(closed))]
    }

    private func checkOpenItems(_ closed: PeriodClosed, _ context: DecisionContext) throws(Refusal) {
        guard closed.openOrders + closed.openImports > 0 else { return }
        guard acceptOpenItems else {
            let orders =
                closed.openOrders > Self.mostOpenOrders ? "More than \(Self.mostOpenOrders)" : "\(closed.openOrders)"
            throw Refusal(
                .periodOpenItems,
                "\(orders) orders are neither confirmed nor cancelled, \(closed.openImports) imports not "
                    + "committed. Settle them, or send accept_open_items with a reason.", field: "accept_open_items")
        }
        guard context.hasReason || context.historic else {
            throw Refusal(.reasonRequired, "Closing over open items needs a reason. Send one.", field: "reason")
        }
    }

    /// Orders that are looked at: nothing else is decided meanwhile.
    static let mostOpenOrders = 10_000

    /// How many orders that were placed before an instant are neither confirmed nor cancelled; one more than
    /// `mostOpenOrders` where there are more than that at all, whenever they were placed.
    private static func openOrders(before instant: Instant, _ world: any World) throws(Refusal) -> UInt64 {
        let token = world.lookupKey(domain: OrderEffects.openOrders, value: [])
        let open = try world.holders(of: token, most: mostOpenOrders + 1)
        guard open.count <= mostOpenOrders else { return UInt64(open.count) }
        var count: UInt64 = 0
        for number in open {
            guard let order = try world.state(OrderAggregate.self, of: number) else { continue }
            if order.placedAt < instant.rawValue { count += 1 }
        }
        return count
    }
}

extension ReopenPeriod: DomainCommand {
    package typealias Target = OrganisationAggregate

    package func validate() throws(Refusal) { try DayForm.day(from, "from") }

    package var commandTarget: CommandTarget { .singleton }

    package func decide(
        _ state: OrganisationState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        guard let state, let last = state.closed.last, from <= last.through else { return [] }
        let day = try DayForm.day(from, "from")
        guard context.hasReason || context.historic else {
            throw Refusal(.reasonRequired, "Opening closed days needs a reason. Send one.", field: "reason")
        }
        let undone = state.closed.filter { $0.through >= from }
        // Four eyes: a rule of structure, which history keeps as well.
        guard !undone.contains(where: { $0.closedBy == context.principal.rawValue }) else {
            throw Refusal(.selfApproval, "You have closed these days. Let another principal open them.", field: "from")
        }
        let zone = state.zoneRules
        var reopened = PeriodReopened()
        reopened.from = from
        reopened.throughBefore = last.through
        reopened.closedUntilBefore = last.until
        // A first closing reaches back to the beginning, so there are always days before the one that opens.
        reopened.closedUntil = zone.startOfDay(day).rawValue
        for closing in undone where !reopened.closedByNumbers.contains(closing.closedBy) {
            reopened.closedByNumbers.append(closing.closedBy)
        }
        reopened.zone = zone.name
        reopened.zoneRulesVersion = ZoneRules.version
        return [.fact(.periodReopened(reopened))]
    }
}
