internal import Schema

/// Checks of form that commands with bodies share.
enum BodyForm {
    /// Refuses what files are called where the service itself puts it: a command says it with each body.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func requireNoTitles(_ titles: [BodyPersonal], _ field: String) throws(Refusal) {
        guard !titles.isEmpty else { return }
        throw Refusal(.schemaInvalid, "Say what a file is called in bodies of the command.", field: field)
    }
}
