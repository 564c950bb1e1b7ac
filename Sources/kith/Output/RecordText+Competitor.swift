internal import Schema

/// Competitors, markets, targets, trainings and reviews for a person.
extension RecordText {
    func add(_ competitor: CompetitorRecord, of record: Record, to fields: inout FieldList) {
        fields.add("name", competitor.detail.name)
        fields.add("website", competitor.detail.website)
        fields.add("country", competitor.detail.country)
        fields.add("description", competitor.detail.description_p)
        for entry in competitor.strengthsAndWeaknesses {
            let against = entry.productNumber > 0 ? "against #\(entry.productNumber): " : ""
            for strength in entry.strengths { fields.add("strength", against + strength) }
            for weakness in entry.weaknesses { fields.add("weakness", against + weakness) }
        }
        for move in competitor.moves { fields.add("move", text(move)) }
        fields.add("move", older("moves", of: record))
        if competitor.retired { fields.add("retired", "yes") }
    }

    private func text(_ move: CompetitorMoveRecord) -> String {
        var text = "\(times.minute(move.move.happenedAt))  \(Labels.of(move.move.kind)): \(move.move.summary)"
        if move.productNumber > 0 { text += " (product #\(move.productNumber))" }
        if move.marketNumber > 0 { text += " (market #\(move.marketNumber))" }
        if !move.move.origin.isEmpty { text += " [\(move.move.origin)]" }
        return text + "  position \(move.position)"
    }

    func add(_ market: MarketRecord, of record: Record, to fields: inout FieldList) {
        fields.add("name", market.detail.name)
        fields.add("description", market.detail.description_p)
        fields.add("categories", market.detail.categories.joined(separator: ", "))
        fields.add("countries", market.detail.countries.joined(separator: ", "))
        for entry in market.sizes {
            let size = entry.size
            var text = "\(PeriodText.text(size.period))  "
            text += "\(MoneyText.amount(size.value.minorUnits, size.value.currency))"
            if size.hasUnits { text += ", \(MoneyText.decimal(size.units)) units" }
            fields.add("size", "\(text)  [\(size.origin)]\(size.forecast ? " expected" : "")")
        }
        fields.add("size", older("sizes", of: record))
        if market.retired { fields.add("retired", "yes") }
    }

    func add(_ target: TargetRecord, to fields: inout FieldList) {
        fields.add("metric", Labels.of(target.metric))
        fields.add("period", PeriodText.text(target.period))
        fields.add("owner", TargetText.owner(target.owner))
        fields.add("value", TargetText.value(target.value))
        if target.programmeNumber > 0 { fields.add("programme", "#\(target.programmeNumber)") }
        if target.withdrawn { fields.add("withdrawn", "yes") }
    }

    func add(_ training: TrainingRecord, to fields: inout FieldList) {
        fields.add("employee", "#\(training.employeeNumber)")
        fields.add("course", training.detail.course)
        fields.add("provider", training.detail.provider)
        fields.add("days", PeriodText.text(training.detail.days))
        if training.detail.hasHours { fields.add("hours", MoneyText.decimal(training.detail.hours)) }
        fields.add("result", Labels.of(training.detail.result))
        fields.add("valid until", training.detail.validUntil)
        fields.add("score", training.erased ? "(erased)" : training.personal.score)
        fields.add("remark", training.personal.remark)
        if training.withdrawn { fields.add("withdrawn", "yes") }
    }

    /// The last review of the relationship with a party.
    func add(_ review: RelationshipReviewRecord, to fields: inout FieldList) {
        var text = "\(times.minute(review.occurredAt))  \(Labels.of(review.decision))"
        if review.reviewerNumber > 0 { text += " by #\(review.reviewerNumber)" }
        fields.add("review", text)
        fields.add("rationale", review.erased ? "(erased)" : review.personal.rationale)
        fields.add("plan", review.personal.plan)
        for figure in review.figures.figures { fields.add("figure", TargetText.figure(figure)) }
        fields.add("next review", review.nextReview)
    }
}
