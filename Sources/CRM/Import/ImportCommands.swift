internal import FoundationEssentials
package import Schema

extension StartImport: DomainCommand {
    package typealias Target = ImportAggregate

    /// Bytes of a SHA-256.
    private static let hashBytes = 32

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.choice(mode, "mode", required: false)
        guard fileHash.count == Self.hashBytes else {
            throw Refusal(.schemaInvalid, "The hash of the file has not 32 bytes (SHA-256).", field: "file_hash")
        }
        guard !mapping.isEmpty else {
            throw Refusal(.mappingInvalid, "The mapping has no name. Send it.", field: "mapping")
        }
        try FormCheck.text(mapping, "mapping", maximum: Limits.labelBytes)
        guard mappingHash.count == Self.hashBytes else {
            throw Refusal(.mappingInvalid, "The hash of the mapping has not 32 bytes (SHA-256).", field: "mapping_hash")
        }
    }

    /// The import of the same file, if there was one: a file is imported once.
    package var commandTarget: CommandTarget { .upsert(Reference(external: ExternalKey(importOf: fileHash)), id: id) }

    package func decide(_ state: ImportState?, _ facts: Void, _ context: DecisionContext) throws(Refusal) -> [NewEvent]
    {
        let mode = self.mode == .unspecified ? .live : self.mode
        if let state {
            if state.mappingHash == mappingHash && state.mode == mode { return [] }
            let refusal = Refusal(
                .fileSeen, "The file was imported with another mapping or mode. Use those of the first import.",
                field: state.mode == mode ? "mapping_hash" : "mode")
            throw context.head.map { refusal.related(to: [$0.id]) } ?? refusal
        }
        var started = ImportStarted()
        started.fileHash = fileHash
        started.mapping = mapping
        started.mappingHash = mappingHash
        started.mode = mode
        return [.fact(.importStarted(started))]
    }
}

extension CommitImport: DomainCommand {
    package typealias Target = ImportAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(importJob, "import_job")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&importJob, .import)
    }

    package var commandTarget: CommandTarget { .existing(importJob) }

    package func decide(_ state: ImportState?, _ facts: Void, _ context: DecisionContext) throws(Refusal) -> [NewEvent]
    {
        guard !(try Decided.state(state).committed) else { return [] }
        var committed = ImportCommitted()
        committed.rowsRead = rowsRead
        committed.rowsRejected = rowsRejected
        if let latest = try context.world.latestFact(ofImport: context.target) {
            committed.latestOccurredAt = latest.rawValue
        }
        return [.fact(.importCommitted(committed))]
    }
}
