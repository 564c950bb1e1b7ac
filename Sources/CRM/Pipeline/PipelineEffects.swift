package import Schema

/// What events of a pipeline do to the index.
package enum PipelineEffects {
    /// The effects of an event of the pipeline `pipeline`.
    package static func effects(of event: EventPayload.OneOf_Event, pipeline: StreamNumber) -> [IndexEffect] {
        guard case .pipelineDefined(let defined) = event else { return [] }
        let links = defined.external.map { IndexEffect.link(.pipeline, $0) }
        return defined.isDefault ? links + [.claim(.defaultPipeline, Int64(clamping: pipeline.rawValue))] : links
    }
}

extension World {
    /// The pipeline of which nothing else is said; none where there is none.
    func defaultPipeline() throws(Refusal) -> StreamNumber {
        StreamNumber(UInt64(clamping: try claim(.defaultPipeline)))
    }
}
