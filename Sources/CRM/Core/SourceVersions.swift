internal import Schema

extension SourceVersion {
    /// The version of a record of a system.
    init(_ system: String, _ version: UInt64) {
        self.init()
        self.system = system
        self.version = version
    }
}

/// How far each source system is with one aggregate: one entry per system.
extension [SourceVersion] {
    /// Remembers what an event says. A lower version than the one known is from a correction of history, and changes
    /// nothing.
    mutating func note(_ version: SourceVersion) {
        guard let place = firstIndex(where: { $0.system.isIdentical(to: version.system) }) else {
            return append(version)
        }
        self[place].version = Swift.max(self[place].version, version.version)
    }
}

extension DecisionContext {
    /// Refuses a version of the source's record that is older than the one recorded of the same system.
    ///
    /// - Throws: STALE_SOURCE with both versions.
    func requireNewest(_ version: SourceVersion?, recorded: [SourceVersion]) throws(Refusal) {
        guard let version, let known = recorded.first(where: { $0.system.isIdentical(to: version.system) }),
            version.version < known.version
        else { return }
        throw Refusal(
            .staleSource, "The source has already sent version \(known.version). Drop version \(version.version).",
            field: "source_version"
        ).expected(version.version, actual: known.version)
    }
}
