package import Schema

/// One run of an import: which file, by which mapping, and whether it is finished.
package enum ImportAggregate: Aggregate {
    package typealias State = ImportState

    package static var kind: AggregateKind { .import }

    package static func evolve(_ state: inout ImportState, _ event: StoredEvent) {
        switch event.payload {
        case .importStarted(let started):
            state.fileHash = started.fileHash
            state.mappingHash = started.mappingHash
            state.mode = started.mode
        case .importCommitted(let committed):
            state.committed = true
            if committed.hasLatestOccurredAt { state.latestOccurredAt = committed.latestOccurredAt }
            state.committedAt = event.header.recordedAt.rawValue
        default: break
        }
    }
}
