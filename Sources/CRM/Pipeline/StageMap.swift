internal import Schema

/// Where the opportunities of stages belong that a pipeline has given up. A stage may lead to one that leads further.
struct StageMap {
    /// One per stage that is mapped; no `from` is there twice.
    private(set) var mappings: [StageMapping]

    init(_ mappings: [StageMapping]) {
        self.mappings = mappings
    }

    /// The stage that a stage leads to at once; nil where it is not mapped.
    func next(_ key: String) -> String? {
        mappings.first { $0.from.isIdentical(to: key) }?.to
    }

    /// Whether a stage is mapped to another one, so that it takes no opportunities.
    func leads(_ key: String) -> Bool { next(key) != nil }

    /// The stage to which an opportunity belongs that entered the stage with this key.
    func resolved(_ key: String) -> String {
        var key = key
        // A map without a circle is walked in as many steps as it has mappings.
        for _ in mappings { key = next(key) ?? key }
        return key
    }

    /// Whether somebody who follows the mappings from this stage comes back to it.
    func circles(from key: String) -> Bool {
        var place = next(key)
        for _ in mappings {
            guard let stage = place else { return false }
            if stage.isIdentical(to: key) { return true }
            place = next(stage)
        }
        return false
    }

    /// The map with further mappings, which take the place of those of the same stages.
    func adding(_ further: [StageMapping]) -> StageMap {
        let kept = mappings.filter { mapping in !further.contains { $0.from.isIdentical(to: mapping.from) } }
        return StageMap(kept + further)
    }

    /// The map where a version of the pipeline with open stages of these keys holds: they take opportunities again.
    func ended(by content: PipelineContent) -> StageMap {
        StageMap(mappings.filter { mapping in !content.hasOpenStage(mapping.from) })
    }
}

extension PipelineContent {
    /// The stage with this key, of any kind; nil where there is none.
    func stage(_ key: String) -> PipelineStage? {
        stages.first { $0.key.isIdentical(to: key) }
    }

    /// Whether an open stage has this key.
    func hasOpenStage(_ key: String) -> Bool {
        stage(key)?.kind == .open
    }

    /// The stage of this kind with this key; the first of the kind where the key is empty. Nil where there is none.
    func stage(_ key: String, of kind: StageKind) -> PipelineStage? {
        stages.first { $0.kind == kind && (key.isEmpty || $0.key.isIdentical(to: key)) }
    }

    /// The reason of a loss with this key; nil where there is none.
    func lossReason(_ key: String) -> LossReason? {
        lossReasons.first { $0.key.isIdentical(to: key) }
    }
}

extension PipelineState {
    /// Where the opportunities of stages belong that were given up.
    var map: StageMap { StageMap(mappings) }

    /// The stages that an open opportunity can be in, in their order.
    var openStages: [PipelineStage] {
        let map = map
        return content.stages.filter { $0.kind == .open && !map.leads($0.key) }
    }
}
