internal import Schema

/// Limits and form of trainings. Lengths are bytes of UTF-8.
enum TrainingForm {
    static let courseBytes = 200
    static let providerBytes = 200
    static let scoreBytes = 100

    static let clearable: Set<String> = ["provider", "hours", "valid_until", "score", "remark"]

    /// Checks what is said of a training.
    ///
    /// - Parameter whole: whether course and result must be there.
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, AMOUNT_INVALID.
    static func check(
        _ detail: TrainingDetail, _ personal: TrainingPersonal, whole: Bool
    ) throws(Refusal) {
        if whole {
            try FormCheck.required(detail.course, "detail.course", maximum: courseBytes)
        } else {
            try FormCheck.text(detail.course, "detail.course", maximum: courseBytes)
        }
        try FormCheck.choice(detail.result, "detail.result", required: whole)
        try FormCheck.text(detail.provider, "detail.provider", maximum: providerBytes)
        if detail.hasDays { try DayForm.check(detail.days, "detail.days") }
        if detail.hasHours {
            try Amounts.check(detail.hours, field: "detail.hours")
            guard detail.hours.unscaled > 0 else {
                throw Refusal(.amountInvalid, "A training takes more than 0 hours.", field: "detail.hours")
            }
        }
        if !detail.validUntil.isEmpty { try DayForm.day(detail.validUntil, "detail.valid_until") }
        try FormCheck.text(personal.score, "personal.score", maximum: scoreBytes)
        try FormCheck.text(personal.remark, "personal.remark")
    }

    /// Checks the days of the whole training against each other and against the day of the fact.
    ///
    /// - Throws: SCHEMA_INVALID, FUTURE_OCCURRED_AT.
    static func checkDays(_ detail: TrainingDetail, _ context: DecisionContext) throws(Refusal) {
        // Days in their form compare as texts.
        let lastDay = detail.days.lastDay
        guard detail.validUntil.isEmpty || detail.validUntil >= lastDay else {
            throw Refusal(
                .schemaInvalid, "What was learned would lapse before the training ended.", field: "detail.valid_until")
        }
        guard lastDay <= (try context.day(of: context.occurredAt)) else {
            throw Refusal(
                .futureOccurredAt, "The training has not ended yet. Record it when it has.",
                field: "detail.days.last_day")
        }
    }
}

extension TrainingDetail {
    /// The detail with what a command sets and empties.
    func merging(_ change: TrainingDetail, clear: [String]) -> TrainingDetail {
        var merged = self
        if clear.contains("provider") { merged.provider = "" }
        if clear.contains("hours") { merged.clearHours() }
        if clear.contains("valid_until") { merged.validUntil = "" }
        if !change.course.isEmpty { merged.course = change.course }
        if !change.provider.isEmpty { merged.provider = change.provider }
        if change.hasDays { merged.days = change.days }
        if change.hasHours { merged.hours = change.hours }
        if change.result != .unspecified { merged.result = change.result }
        if !change.validUntil.isEmpty { merged.validUntil = change.validUntil }
        return merged
    }

    /// Whether both say the same. Hours are compared by value.
    func isSame(as other: TrainingDetail) -> Bool {
        var left = self
        var right = other
        left.clearHours()
        right.clearHours()
        return left.isIdentical(to: right) && Amounts.isSame(hasHours ? hours : nil, other.hasHours ? other.hours : nil)
    }
}

extension TrainingPersonal {
    /// What is personal with what a command sets and empties.
    func merging(_ change: TrainingPersonal, clear: [String]) -> TrainingPersonal {
        var merged = self
        if clear.contains("score") { merged.score = "" }
        if clear.contains("remark") { merged.remark = "" }
        if !change.score.isEmpty { merged.score = change.score }
        if !change.remark.isEmpty { merged.remark = change.remark }
        return merged
    }
}
