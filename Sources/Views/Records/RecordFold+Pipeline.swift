internal import Schema
internal import SwiftProtobuf

extension DirectoryRow {
    /// Folds an event of a pipeline.
    mutating func foldPipeline(_ event: ViewEvent) {
        switch event.payload {
        case .pipelineDefined(let defined):
            pipeline.publish(defined.content, version: 1)
            pipeline.isDefault = defined.isDefault
            link(defined.external)
        case .pipelineVersionPublished(let published): pipeline.publish(published.content, version: published.version)
        case .stagesMapped(let mapped): pipeline.map(mapped.mappings)
        default: break
        }
    }
}

extension PipelineRecord {
    fileprivate mutating func map(_ further: [StageMapping]) {
        mappings.removeAll { old in further.contains { $0.from.isIdentical(to: old.from) } }
        mappings += further
    }

    fileprivate mutating func publish(_ content: PipelineContent, version: UInt32) {
        self.version = version
        self.content = content
        // Stages that the version has take opportunities again.
        mappings.removeAll { mapping in
            content.stages.contains { $0.kind == .open && $0.key.isIdentical(to: mapping.from) }
        }
    }
}
