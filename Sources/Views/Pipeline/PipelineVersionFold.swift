internal import Schema
internal import SwiftProtobuf

/// Folds pipelines into their versions. A mapping of stages begins a version too: as of an earlier instant the stages
/// still stand as they stood then.
struct PipelineVersionFold {
    let tables: PipelineTables

    init(_ tables: PipelineTables) { self.tables = tables }

    /// Folds an event of a pipeline.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the pipeline was never defined, or what the store throws.
    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        switch event.payload {
        case .pipelineDefined(let defined):
            var row = PipelineVersionRow()
            row.version = 1
            row.content = defined.content
            try put(row, event, &store)
        case .pipelineVersionPublished(let published):
            var row = try end(event, &store)
            row.version = published.version
            row.content = published.content
            row.mappings.removeAll { mapping in
                published.content.stages.contains { $0.key.isIdentical(to: mapping.from) }
            }
            try put(row, event, &store)
        case .stagesMapped(let mapped):
            var row = try end(event, &store)
            row.mappings.removeAll { old in mapped.mappings.contains { $0.from.isIdentical(to: old.from) } }
            row.mappings.append(contentsOf: mapped.mappings)
            try put(row, event, &store)
        default: break
        }
    }

    private func put(
        _ version: PipelineVersionRow, _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var version = version
        version.from = event.header.occurredAt.rawValue
        var row = PipelineVersionsRow()
        row.versions = [version]
        try store.put(tables.pipelines, .key(event.header.stream.rawValue), row)
    }

    /// Puts the version in force among the former ones.
    private func end(
        _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) -> PipelineVersionRow {
        let number = event.header.stream.rawValue
        guard let version = try store.row(PipelineVersionsRow.self, tables.pipelines, .key(number))?.versions.first
        else {
            throw ViewError(
                .eventUnfit, "The event at \(event.header.position) belongs to a pipeline not yet defined.")
        }
        var key = [UInt8].key(capacity: 12)
        key.append(bigEndian: number)
        key.append(bigEndian: event.header.revision.rawValue)
        try store.put(tables.versions, key, version)
        return version
    }
}
