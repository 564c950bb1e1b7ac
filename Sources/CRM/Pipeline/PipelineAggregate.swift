package import Schema

/// A pipeline: the stages that opportunities pass through, as the version in force says.
package enum PipelineAggregate: Aggregate {
    package typealias State = PipelineState

    package static var kind: AggregateKind { .pipeline }

    package static func evolve(_ state: inout PipelineState, _ event: StoredEvent) {
        switch event.payload {
        case .pipelineDefined(let defined): state.publish(defined.content, version: 1)
        case .pipelineVersionPublished(let published): state.publish(published.content, version: published.version)
        case .stagesMapped(let mapped): state.map(mapped.mappings)
        default: break
        }
    }
}

extension PipelineState {
    fileprivate mutating func publish(_ content: PipelineContent, version: UInt32) {
        self.version = version
        self.content = content
        for stage in content.stages where stage.kind == .open {
            if !knownStages.contains(where: { $0.isIdentical(to: stage.key) }) { knownStages.append(stage.key) }
        }
        mappings = StageMap(mappings).ended(by: content).mappings
    }

    fileprivate mutating func map(_ further: [StageMapping]) {
        mappings = StageMap(mappings).adding(further).mappings
    }
}
