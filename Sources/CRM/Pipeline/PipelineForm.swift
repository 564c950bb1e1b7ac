internal import Schema

/// Limits of pipelines. Lengths are bytes of UTF-8.
enum PipelineLimits {
    static let stages = 50
    static let lossReasons = 100
    static let mappings = 50
    static let keyBytes = 64
    static let labelBytes = 128
    /// A hundred years.
    static let days: UInt32 = 36_525
    /// Percent.
    static let probability: UInt32 = 100
    /// The reason of a loss that says nothing without notes.
    static let otherReason = "other"
}

extension PipelineContent {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, NO_WON_STAGE, NO_LOST_STAGE, PROBABILITY_RANGE.
    func checkForm(_ path: String) throws(Refusal) {
        try FormCheck.required(name, path + ".name", maximum: PipelineLimits.labelBytes)
        try FormCheck.count(stages.count, path + ".stages", maximum: PipelineLimits.stages)
        try FormCheck.count(lossReasons.count, path + ".loss_reasons", maximum: PipelineLimits.lossReasons)
        for (index, stage) in stages.enumerated() { try stage.checkForm("\(path).stages[\(index)]") }
        for (index, reason) in lossReasons.enumerated() { try reason.checkForm("\(path).loss_reasons[\(index)]") }
        try PipelineForm.checkKeys(stages.map(\.key), path + ".stages")
        try PipelineForm.checkKeys(lossReasons.map(\.key), path + ".loss_reasons")
        try checkKinds(path + ".stages")
    }

    private func checkKinds(_ path: String) throws(Refusal) {
        guard stages.contains(where: { $0.isOpen }) else {
            throw Refusal(.schemaInvalid, "The pipeline has no open stage. Send at least one.", field: path)
        }
        guard stages.contains(where: { $0.kind == .won }) else {
            throw Refusal(.noWonStage, "The pipeline has no won stage. Send at least one.", field: path)
        }
        guard stages.contains(where: { $0.kind == .lost }) else {
            throw Refusal(.noLostStage, "The pipeline has no lost stage. Send at least one.", field: path)
        }
        let firstClosed = stages.firstIndex { !$0.isOpen } ?? stages.endIndex
        guard let late = stages[firstClosed...].firstIndex(where: { $0.isOpen }) else { return }
        throw Refusal(
            .schemaInvalid, "An open stage stands behind a closed one. Send the open stages first.",
            field: "\(path)[\(late)]")
    }

    /// The content with everything filled in that follows from what is said, so that equal versions are equal.
    var completed: PipelineContent {
        var content = self
        content.stages = stages.map(\.completed)
        content.lossReasons = lossReasons.map(\.completed)
        return content
    }
}

extension PipelineStage {
    /// Whether opportunities in it are worked on; that is so where nothing else is said.
    fileprivate var isOpen: Bool { kind == .open || kind == .unspecified }

    fileprivate func checkForm(_ path: String) throws(Refusal) {
        try FormCheck.required(key, path + ".key", maximum: PipelineLimits.keyBytes)
        try FormCheck.text(label, path + ".label", maximum: PipelineLimits.labelBytes)
        try FormCheck.choice(kind, path + ".kind", required: false)
        try FormCheck.choice(category, path + ".category", required: false)
        for (index, requirement) in requirements.enumerated() {
            try FormCheck.choice(requirement, "\(path).requirements[\(index)]", required: true)
        }
        guard maxDays <= PipelineLimits.days else {
            throw Refusal(
                .limitExceeded, "A stage lasts \(PipelineLimits.days) days at most.", field: path + ".max_days")
        }
        try checkProbability(path + ".probability")
        try checkCategory(path + ".category")
    }

    private func checkProbability(_ path: String) throws(Refusal) {
        let sentence: String? =
            switch kind {
            case .won where probability != 0 && probability != PipelineLimits.probability:
                "A won stage has the probability 100. Leave it out or send 100."
            case .lost where probability != 0: "A lost stage has the probability 0. Leave it out."
            default: probability > PipelineLimits.probability ? "A probability is 0 to 100 percent." : nil
            }
        if let sentence { throw Refusal(.probabilityRange, sentence, field: path) }
    }

    private func checkCategory(_ path: String) throws(Refusal) {
        let fits =
            switch kind {
            case .won: category == .unspecified || category == .closed
            case .lost: category == .unspecified || category == .omitted
            default: category != .closed
            }
        guard !fits else { return }
        throw Refusal(
            .schemaInvalid, "The category closed belongs to won stages, and lost stages are omitted. Leave it out.",
            field: path)
    }

    fileprivate var completed: PipelineStage {
        var stage = self
        if isOpen { stage.kind = .open }
        if label.isEmpty { stage.label = key }
        switch stage.kind {
        case .won: (stage.probability, stage.category) = (PipelineLimits.probability, .closed)
        case .lost: (stage.probability, stage.category) = (0, .omitted)
        default: if category == .unspecified { stage.category = .pipeline }
        }
        var needed: [StageRequirement] = []
        for requirement in requirements where !needed.contains(requirement) { needed.append(requirement) }
        stage.requirements = needed
        return stage
    }
}

extension LossReason {
    fileprivate func checkForm(_ path: String) throws(Refusal) {
        try FormCheck.required(key, path + ".key", maximum: PipelineLimits.keyBytes)
        try FormCheck.text(label, path + ".label", maximum: PipelineLimits.labelBytes)
    }

    fileprivate var completed: LossReason {
        var reason = self
        if label.isEmpty { reason.label = key }
        if key.isIdentical(to: PipelineLimits.otherReason) { reason.notesRequired = true }
        return reason
    }
}

/// Checks of form that the commands about pipelines share.
enum PipelineForm {
    /// That no key stands twice.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func checkKeys(_ keys: [String], _ path: String) throws(Refusal) {
        var seen: Set<[UInt8]> = []
        for (index, key) in keys.enumerated() where !seen.insert(Array(key.utf8)).inserted {
            throw Refusal(.schemaInvalid, "The key stands twice. Give each its own.", field: "\(path)[\(index)].key")
        }
    }

    /// The form of mappings: keys, and each `from` once.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(_ mappings: [StageMapping]) throws(Refusal) {
        try FormCheck.count(mappings.count, "mappings", maximum: PipelineLimits.mappings)
        var seen: Set<[UInt8]> = []
        for (index, mapping) in mappings.enumerated() {
            let path = "mappings[\(index)]"
            try FormCheck.required(mapping.from, path + ".from", maximum: PipelineLimits.keyBytes)
            try FormCheck.required(mapping.to, path + ".to", maximum: PipelineLimits.keyBytes)
            guard seen.insert(Array(mapping.from.utf8)).inserted else {
                throw Refusal(
                    .schemaInvalid, "The stage is mapped twice. Say where it leads once.", field: path + ".from")
            }
        }
    }
}
