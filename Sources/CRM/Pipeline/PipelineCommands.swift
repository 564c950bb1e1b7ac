package import Schema

extension DefinePipeline: DomainCommand {
    package typealias Target = PipelineAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try content.checkForm("content")
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: PipelineState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .pipeline, field: "external")
        var defined = PipelineDefined()
        defined.content = content.completed
        defined.external = external
        defined.isDefault = try context.world.claim(.defaultPipeline) == 0
        return [.fact(.pipelineDefined(defined))]
    }
}

extension PublishPipelineVersion: DomainCommand {
    package typealias Target = PipelineAggregate

    package func validate() throws(Refusal) {
        if hasPipeline { try FormCheck.reference(pipeline, "pipeline") }
        try content.checkForm("content")
        try PipelineForm.check(mappings)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasPipeline { try visit(&pipeline, .pipeline) }
    }

    package var commandTarget: CommandTarget { hasPipeline ? .existing(pipeline) : .located(id: "") }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? { try world.defaultPipeline().orNil }

    package func decide(
        _ state: PipelineState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try PipelineState.required(state)
        let content = content.completed
        try state.requireSameKinds(content)
        let kept = state.map.ended(by: content)
        let changes = MappingChange(state: state, kept: kept, content: content, mappings: mappings)
        let further = try changes.further(gone: true)
        try state.requireNobodyLost(content, kept.adding(further), context)

        var events: [NewEvent] = []
        // The same stages once more end the mappings of those that were given up in between.
        let isNew = !content.isIdentical(to: state.content) || kept.mappings.count != state.mappings.count
        let version = isNew ? state.version + 1 : state.version
        if isNew {
            var published = PipelineVersionPublished()
            published.version = version
            published.content = content
            events.append(.fact(.pipelineVersionPublished(published)))
        }
        return events + MappingChange.events(further, version: version)
    }
}

extension MapStages: DomainCommand {
    package typealias Target = PipelineAggregate

    package func validate() throws(Refusal) {
        if hasPipeline { try FormCheck.reference(pipeline, "pipeline") }
        guard !mappings.isEmpty else {
            throw Refusal(.schemaInvalid, "There are no mappings. Send at least one.", field: "mappings")
        }
        try PipelineForm.check(mappings)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasPipeline { try visit(&pipeline, .pipeline) }
    }

    package var commandTarget: CommandTarget { hasPipeline ? .existing(pipeline) : .located(id: "") }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? { try world.defaultPipeline().orNil }

    package func decide(
        _ state: PipelineState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try PipelineState.required(state)
        let changes = MappingChange(state: state, kept: state.map, content: state.content, mappings: mappings)
        return MappingChange.events(try changes.further(gone: false), version: state.version)
    }
}

extension PipelineState {
    /// The pipeline that is named, else the default one.
    ///
    /// - Throws: REFERENCE_MISSING where none is named and there is no default one.
    fileprivate static func required(_ state: PipelineState?) throws(Refusal) -> PipelineState {
        guard let state else {
            throw Refusal(.referenceMissing, "There is no pipeline yet. Define one first.", field: "pipeline")
        }
        return state
    }

    /// Refuses a version in which a key changes sides: what was worked on under it would count as closed, or the
    /// other way round.
    ///
    /// - Throws: SCHEMA_INVALID.
    fileprivate func requireSameKinds(_ content: PipelineContent) throws(Refusal) {
        for (index, stage) in content.stages.enumerated() {
            let wasOpen = knownStages.contains { $0.isIdentical(to: stage.key) }
            let before: StageKind? = wasOpen ? .open : self.content.stage(stage.key)?.kind
            guard before.map({ $0 == stage.kind }) ?? true else {
                throw Refusal(
                    .schemaInvalid, "The stage \(stage.key) was of another kind before. Use another key.",
                    field: "content.stages[\(index)].kind")
            }
        }
    }

    /// Refuses a version without a place for opportunities that are open.
    ///
    /// - Throws: STAGE_IN_USE.
    fileprivate func requireNobodyLost(
        _ content: PipelineContent, _ map: StageMap, _ context: DecisionContext
    ) throws(Refusal) {
        for stage in knownStages {
            let place = map.resolved(stage)
            guard !content.hasOpenStage(place), try context.world.claim(.openInStage(context.target, stage)) > 0 else {
                continue
            }
            throw Refusal(
                .stageInUse, "Open opportunities are in the stage \(place). Map it to another one, or keep it.",
                field: "content.stages")
        }
    }
}

/// Mappings that a command adds to those of a pipeline.
private struct MappingChange {
    var state: PipelineState
    /// What stays of the mappings before.
    var kept: StageMap
    /// The version from which on they hold.
    var content: PipelineContent
    /// What the command says.
    var mappings: [StageMapping]

    /// Those that say something else than what is recorded.
    ///
    /// - Parameter gone: whether only stages may be mapped that the version no longer has.
    /// - Throws: STAGE_UNKNOWN, SCHEMA_INVALID, CYCLE.
    func further(gone: Bool) throws(Refusal) -> [StageMapping] {
        for (index, mapping) in mappings.enumerated() {
            let path = "mappings[\(index)]"
            guard state.knownStages.contains(where: { $0.isIdentical(to: mapping.from) }) else {
                throw Refusal(
                    .stageUnknown, "The pipeline never had an open stage \(mapping.from).", field: path + ".from")
            }
            guard !gone || !content.hasOpenStage(mapping.from) else {
                throw Refusal(
                    .schemaInvalid,
                    "The version has the stage \(mapping.from). Leave the mapping out, or send MapStages afterwards.",
                    field: path + ".from")
            }
            guard content.hasOpenStage(mapping.to) else {
                throw Refusal(
                    .stageUnknown, "The version has no open stage \(mapping.to). Map to one that it has.",
                    field: path + ".to")
            }
        }
        let further = mappings.filter { mapping in kept.next(mapping.from)?.isIdentical(to: mapping.to) != true }
        let map = kept.adding(further)
        for (index, mapping) in mappings.enumerated() where map.circles(from: mapping.from) {
            throw Refusal(
                .cycle, "The stage \(mapping.from) would lead back to itself. Map it to another one.",
                field: "mappings[\(index)].to")
        }
        return further
    }

    static func events(_ mappings: [StageMapping], version: UInt32) -> [NewEvent] {
        guard !mappings.isEmpty else { return [] }
        var mapped = StagesMapped()
        mapped.version = version
        mapped.mappings = mappings
        return [.fact(.stagesMapped(mapped))]
    }
}
