internal import Schema

/// The events of a new opportunity.
struct OpportunityOpening {
    var opportunity: OpenOpportunity
    /// The records of other systems that it stands for.
    var external: [ExternalKey]
    var sourceVersion: SourceVersion?
    var parts: OpportunityParts
    /// Path of the opportunity within the body: empty, or with a point at its end.
    var prefix: String

    /// What opening the opportunity causes, and closing it where it is said to be closed.
    ///
    /// - Throws: REFERENCE_MISSING, REFERENCE_TAKEN, ARCHIVED, PRODUCT_RETIRED, CURRENCY_MISMATCH, AMOUNT_INVALID,
    ///   STAGE_UNKNOWN, ENTRY_CRITERIA_UNMET, CLOSE_DATE_PAST, ASSIGNEE_INACTIVE, CAPACITY_EXCEEDED, and what winning,
    ///   losing and abandoning throw.
    func events(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        guard !opportunity.openingUnknown || context.historic else {
            throw Refusal(
                .schemaInvalid, "Only history may leave open when it began. Send the time.",
                field: prefix + "opening_unknown")
        }
        try context.requireFree(external, .opportunity, field: prefix + "external")
        var draft = OpportunityDraft(OpportunityState(), context, sourceVersion: sourceVersion, prefix: prefix)
        let closedAt = try closedAt(draft)
        // Where nobody knows when it was opened, it was so by the time that it was closed.
        if opportunity.openingUnknown, let closedAt { draft.instant = min(draft.instant, closedAt) }
        let pipeline = try pipeline(context)
        let opened = try opened(draft, pipeline.number, pipeline.state)
        draft.append(.opportunityOpened(opened), part: parts.head.index)
        if !opportunity.stage.isEmpty {
            let stage = pipeline.state.content.stage(opportunity.stage)
            if let stage { try draft.requireCriteria(of: stage) }
        }
        guard let closedAt else { return draft.events }
        guard closedAt >= draft.instant else {
            throw Refusal(
                .occurredOutOfOrder,
                "It would be closed before it was opened. Say in occurred_at when it was opened, or in opening_unknown "
                    + "that nobody knows.",
                field: prefix + "closed_at")
        }
        try draft.close(opportunity, at: closedAt, parts.closing)
        return draft.events
    }

    private func closedAt(_ draft: OpportunityDraft) throws(Refusal) -> Instant? {
        guard opportunity.isOver else { return nil }
        let closedAt = try Instant.required(opportunity.closedAt, prefix + "closed_at")
        try draft.requirePast(closedAt, field: "closed_at")
        return closedAt
    }

    private func pipeline(
        _ context: DecisionContext
    ) throws(Refusal) -> (number: StreamNumber, state: PipelineState) {
        let number: StreamNumber
        if opportunity.hasPipeline {
            number = try context.world.required(opportunity.pipeline, .pipeline, field: prefix + "pipeline")
        } else {
            number = try context.world.defaultPipeline()
        }
        guard let state = try context.world.state(PipelineAggregate.self, of: number) else {
            throw Refusal(
                .referenceMissing, "There is no pipeline yet. Define one first.", field: prefix + "pipeline")
        }
        return (number, state)
    }

    private func opened(
        _ draft: OpportunityDraft, _ pipelineNumber: StreamNumber, _ pipeline: PipelineState
    ) throws(Refusal) -> OpportunityOpened {
        let context = draft.context
        var opened = OpportunityOpened()
        opened.head = try head(context)
        if opportunity.hasOwner {
            opened.owner = try context.assignee(opportunity.owner, of: .opportunity, field: prefix + "owner")
        }
        opened.pipelineNumber = pipelineNumber.rawValue
        opened.pipelineVersion = pipeline.version
        let stage = try stage(pipeline)
        opened.stage = stage.key
        opened.probability = stage.probability
        opened.category = stage.category
        try value(&opened, context)
        try draft.requireFuture(opportunity.closeDate)
        opened.closeDate = opportunity.closeDate
        opened.competitorNumbers = try context.competitors(opportunity.competitors, path: prefix + "competitors")
            .map(\.rawValue)
        opened.external = external
        if let sourceVersion { opened.sourceVersion = sourceVersion }
        opened.openingUnknown = opportunity.openingUnknown
        opened.personalPart = parts.head.index != nil
        return opened
    }

    private func head(_ context: DecisionContext) throws(Refusal) -> OpportunityHead {
        var head = OpportunityHead()
        if opportunity.hasParty {
            let party = try context.world.required(opportunity.party, .party, field: prefix + "party")
            try context.requireActive(party, field: prefix + "party")
            head.partyNumber = party.rawValue
        } else if !context.historic {
            throw Refusal(.referenceMissing, "Say who may buy: name the party.", field: prefix + "party")
        }
        if opportunity.hasPartner {
            let partner = try context.world.required(opportunity.partner, .party, field: prefix + "partner")
            try context.requireActive(partner, field: prefix + "partner")
            head.partnerNumber = partner.rawValue
        }
        head.channel = opportunity.channel
        head.leadSource = opportunity.leadSource
        head.name = parts.head.open.name
        head.description_p = parts.head.open.description_p
        return head
    }

    private func stage(_ pipeline: PipelineState) throws(Refusal) -> PipelineStage {
        let stages = pipeline.openStages
        let key = opportunity.stage
        guard let stage = stages.first(where: { key.isEmpty || $0.key.isIdentical(to: key) }) else {
            throw pipeline.unknown(key, field: prefix + "stage")
        }
        return stage
    }

    private func value(_ opened: inout OpportunityOpened, _ context: DecisionContext) throws(Refusal) {
        let currency = try opportunity.currencyOfLines(before: "", context)
        opened.lines = try OpportunityLines.resolve(
            opportunity.lines, currency: currency, context, prefix: prefix)
        if opportunity.hasAmount {
            opened.amount = opportunity.amount
            opened.currency = opportunity.amount.currency
        } else if !opened.lines.isEmpty {
            var sum: Int64 = 0
            for line in opened.lines { try Amounts.add(line.net, to: &sum, field: prefix + "lines") }
            opened.amount = Money(sum, currency)
            opened.amountFromLines = true
            opened.currency = currency
        }
    }
}

extension OpenOpportunity {
    /// The currency of the lines: the one that is named, else that of the amount, else the recorded one, else the
    /// organisation's.
    func currencyOfLines(before: String, _ context: DecisionContext) throws(Refusal) -> String {
        if !currency.isEmpty { return currency }
        if hasAmount { return amount.currency }
        return before.isEmpty ? try context.world.homeCurrency() : before
    }
}

extension OpportunityDraft {
    /// Closes the opportunity as a command says that it was.
    ///
    /// - Throws: what winning, losing and abandoning throw.
    mutating func close(
        _ opportunity: OpenOpportunity, at instant: Instant, _ closing: ClosingPart
    ) throws(Refusal) {
        self.instant = instant
        switch opportunity.reached {
        case .won: try win(amount: opportunity.hasAmount ? opportunity.amount : nil, closing)
        case .lost: try lose(reason: opportunity.lossReason, closing)
        case .abandoned: try abandon()
        case .open, .unspecified, .UNRECOGNIZED: break
        }
    }
}
