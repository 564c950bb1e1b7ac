package import Schema

/// The pipeline: open opportunities, the forecast, and what became of those that were closed. Everything is told as of
/// an instant, so an opportunity keeps how it stood from each of its changes on; figures are computed when they are
/// read.
///
/// Its tables are those of `PipelineTables`.
package struct Pipeline: Projection {
    package static let name = "pipeline"
    package static let version: UInt32 = 1
    package static let tables = PipelineTables.names
    package static let kinds = Set(EventKind.allCases.filter(PipelineTables.holds))

    static let rows = PipelineTables(from: 0)

    package init() {}

    package func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.header.streamKind {
        case .opportunity: _ = try OpportunityFold(Pipeline.rows).apply(event, to: &store)
        case .pipeline: try PipelineVersionFold(Pipeline.rows).apply(event, to: &store)
        case .organisation: try Pipeline.rows.foldSettings(event, &store)
        default: break
        }
    }
}
