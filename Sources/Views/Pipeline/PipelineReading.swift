internal import Schema
internal import SwiftProtobuf

/// Reads opportunities from the tables of a projection as they stand at an instant.
struct PipelineReading {
    let tables: PipelineTables
    let frame: PipelineFrame

    /// - Parameter pipeline: only the stages of this one are needed; those of all where it is nil.
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    init(
        _ tables: PipelineTables, pipeline: UInt64? = nil, asOf: Instant,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        self.tables = tables
        frame = PipelineFrame(
            asOf: asOf, calendar: try tables.calendar(in: reader),
            stages: try StageMap(tables, pipeline: pipeline, asOf: asOf, in: reader))
    }

    /// Shows the opportunities for which the conditions hold, in the order of their numbers, until `body` stops it.
    ///
    /// - Parameter after: only opportunities with greater numbers.
    /// - Throws: `ViewError` with `rowDamaged`, what the reader throws, or what `body` throws.
    func each(
        _ conditions: OpportunityConditions, after: UInt64? = nil,
        in reader: borrowing some ProjectionReader & ~Copyable,
        _ body: (OpportunityStanding) throws(ViewError) -> ScanStep
    ) throws(ViewError) {
        try reader.scan(
            tables.opportunities, prefix: [], after: after.map { [UInt8].key($0) }, descending: false
        ) { (key, bytes) throws(ViewError) in
            var keyReader = KeyReader(key)
            let number = try keyReader.integer(UInt64.self)
            let row = try decodedRow(PipelineOpportunityRow.self, bytes)
            guard conditions.hold(for: row), let standing = try standing(number, row, in: reader),
                conditions.hold(for: standing.moment)
            else { return .next }
            return try body(standing)
        }
    }

    /// One opportunity, or nil where there is none with this number, or was none yet.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    func opportunity(
        _ number: UInt64, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> OpportunityStanding? {
        guard let row = try reader.row(PipelineOpportunityRow.self, tables.opportunities, .key(number)) else {
            return nil
        }
        return try standing(number, row, in: reader)
    }

    private func standing(
        _ number: UInt64, _ row: PipelineOpportunityRow, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> OpportunityStanding? {
        let moments = try MomentLog(tables, StreamNumber(number)).moments(of: row, in: reader)
        guard let history = OpportunityHistory(row, moments, asOf: frame.asOf) else { return nil }
        return OpportunityStanding(number, row, history, frame)
    }
}
