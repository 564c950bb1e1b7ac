internal import CRM
internal import HTTPTypes
internal import Schema

/// The revision of an aggregate as HTTP's validator of what was read.
struct EntityTag: Equatable {
    let revision: UInt64

    init(revision: UInt64) { self.revision = revision }

    /// As it stands in a header field.
    var text: String { "\"\(revision)\"" }

    /// The tags in a header field; nil where it is absent. What is no tag of this service is left out: it names nothing
    /// that there is.
    static func list(_ field: String?) -> [EntityTag]? {
        field.map { field in
            field.split(separator: ",").compactMap { part in
                var text = part.trimmingBlanks
                if text.hasPrefix("W/") { text = text.dropFirst(2) }
                guard text.count > 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return nil }
                return UInt64(text.dropFirst().dropLast()).map(EntityTag.init)
            }
        }
    }
}

extension Substring {
    /// The text without blanks around it.
    fileprivate var trimmingBlanks: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}

/// What a command expects of its stream by HTTP's own means: `If-Match`, and `If-None-Match: *` for "not yet there".
struct Precondition {
    private let revision: UInt64

    /// Reads the header fields; nil where they ask for nothing.
    init?(_ fields: HTTPFields) throws(Refusal) {
        switch (fields[.ifMatch], fields[.ifNoneMatch]) {
        case (nil, nil): return nil
        // Every command on what must exist says so itself.
        case ("*", nil): return nil
        case (nil, "*"): revision = 0
        case (let match?, nil):
            guard let tags = EntityTag.list(match), tags.count == 1, let tag = tags.first else {
                throw Refusal(
                    .schemaInvalid, "If-Match takes one ETag of this service, for example \"7\", or *.",
                    field: "If-Match")
            }
            revision = tag.revision
        default:
            throw Refusal(
                .schemaInvalid, "A command takes If-Match: \"REVISION\", or If-None-Match: * for what must not exist.",
                field: "If-None-Match")
        }
    }

    /// Makes it what the command expects.
    ///
    /// - Throws: SCHEMA_INVALID where it is not clear which body it is about, or the body says something else.
    func apply(to command: inout Command) throws(Refusal) {
        guard command.bodies.count == 1 else {
            throw Refusal(
                .schemaInvalid,
                "A precondition in the header needs a command with exactly one body. Use "
                    + "expectedRevision in each body.", field: "bodies")
        }
        guard !command.bodies[0].hasExpectedRevision || command.bodies[0].expectedRevision == revision else {
            throw Refusal(
                .schemaInvalid, "The body expects another revision than the header. Say it once.",
                field: "bodies[0].expected_revision")
        }
        command.bodies[0].expectedRevision = revision
    }
}
