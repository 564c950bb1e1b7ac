internal import Schema
internal import SwiftProtobuf

/// A stage as a pipeline has it at an instant, after mapping.
struct PlacedStage: Hashable {
    var pipeline: UInt64
    /// Its place among the stages of the pipeline, from 0; behind all of them where the pipeline no longer has it.
    var order: Int
    var key: String
    var label: String
    /// After so many days an opportunity is stalled; 0: never.
    var maxDays: UInt64
}

/// The stages of all pipelines as they were in force at an instant. What was before a pipeline's first version is read
/// by that one: histories are older than the pipelines they are told in.
struct StageMap {
    /// A version of a pipeline, by the bytes of its keys.
    private struct Version {
        var stages: [PipelineStage]
        var order: [[UInt8]: Int]
        var mappings: [[UInt8]: String]

        init(_ row: PipelineVersionRow) {
            stages = row.content.stages
            order = Dictionary(stages.enumerated().map { (Array($1.key.utf8), $0) }) { first, _ in first }
            mappings = Dictionary(row.mappings.map { (Array($0.from.utf8), $0.to) }) { _, last in last }
        }

        /// Follows the mappings. Deciders refuse those that lead in a circle; here one is left after a round.
        func resolved(_ key: String) -> String {
            var key = key
            for _ in 0...mappings.count {
                guard let next = mappings[Array(key.utf8)] else { return key }
                key = next
            }
            return key
        }
    }

    private var inForce: [UInt64: Version] = [:]
    /// Knows stages that the version in force then did not have yet.
    private var latest: [UInt64: Version] = [:]

    /// - Parameter pipeline: only this one; all where it is nil.
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    init(
        _ tables: PipelineTables, pipeline: UInt64? = nil, asOf: Instant,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        let prefix = pipeline.map { [UInt8].key($0) } ?? []
        try reader.scan(tables.pipelines, prefix: prefix) { (key, bytes) throws(ViewError) in
            var keyReader = KeyReader(key)
            let number = try keyReader.integer(UInt64.self)
            guard var version = try decodedRow(PipelineVersionsRow.self, bytes).versions.first else { return .next }
            latest[number] = Version(version)
            if version.from > asOf.rawValue {
                try reader.scan(
                    tables.versions, prefix: .key(number), after: nil, descending: true
                ) { (_, bytes) throws(ViewError) in
                    version = try decodedRow(PipelineVersionRow.self, bytes)
                    return version.from > asOf.rawValue ? .next : .stop
                }
            }
            inForce[number] = Version(version)
            return .next
        }
    }

    /// The pipelines, in the order of their numbers.
    var pipelines: [UInt64] { inForce.keys.sorted() }

    /// The stage that an opportunity is in that entered the one with this key.
    func stage(of pipeline: UInt64, _ key: String) -> PlacedStage {
        guard let version = inForce[pipeline] else { return StageMap.unknown(pipeline, key) }
        let resolved = version.resolved(key)
        if let index = version.order[Array(resolved.utf8)] {
            return StageMap.placed(pipeline, version.stages[index], order: index)
        }
        guard let latest = latest[pipeline] else { return StageMap.unknown(pipeline, resolved) }
        let later = latest.resolved(resolved)
        if let index = version.order[Array(later.utf8)] {
            return StageMap.placed(pipeline, version.stages[index], order: index)
        }
        guard let index = latest.order[Array(later.utf8)] else { return StageMap.unknown(pipeline, later) }
        return StageMap.placed(pipeline, latest.stages[index], order: version.stages.count + index)
    }

    /// The stages of a pipeline, in their order.
    func stages(of pipeline: UInt64) -> [PipelineStage] { inForce[pipeline]?.stages ?? [] }

    /// The stages of a pipeline in which opportunities are open, in their order.
    func openStages(of pipeline: UInt64) -> [PlacedStage] {
        stages(of: pipeline).enumerated().filter { $1.isOpen }
            .map { StageMap.placed(pipeline, $1, order: $0) }
    }

    private static func placed(_ pipeline: UInt64, _ stage: PipelineStage, order: Int) -> PlacedStage {
        PlacedStage(
            pipeline: pipeline, order: order, key: stage.key, label: stage.label.isEmpty ? stage.key : stage.label,
            maxDays: UInt64(stage.maxDays))
    }

    private static func unknown(_ pipeline: UInt64, _ key: String) -> PlacedStage {
        PlacedStage(pipeline: pipeline, order: .max, key: key, label: key, maxDays: 0)
    }
}

extension PipelineStage {
    /// Whether opportunities in it are being worked on.
    var isOpen: Bool { kind != .won && kind != .lost }
}
