internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// Limits of bodies. Lengths are bytes of UTF-8.
enum BodyLimits {
    /// Bodies of one event.
    static let perEvent = 50
    /// What a file is called.
    static let titleBytes = 255
}

/// The bodies that a command puts on an aggregate, as they were found in the content store.
struct FoundBodies {
    /// What the event says of them.
    var references: [BodyReference] = []
    /// One for each that concerns somebody, also where the file has no name: without a sealed part beside it nobody could
    /// tell later that its key was destroyed with the subject's.
    var titles: [BodyPersonal] = []

    /// Those of one subject.
    func titles(of subject: StreamNumber) -> [BodyPersonal] {
        let own = Set(references.filter { $0.subjectNumber == subject.rawValue }.map(\.itemID))
        return titles.filter { own.contains($0.itemID) }
    }
}

extension [BodyInput] {
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkForm(_ field: String = "bodies") throws(Refusal) {
        try FormCheck.count(count, field, maximum: BodyLimits.perEvent)
        var seen: Set<Identifier> = []
        for (index, input) in enumerated() {
            let path = "\(field)[\(index)]"
            try FormCheck.identifier(input.itemID, path + ".item_id")
            if let id = Identifier(input.itemID), !seen.insert(id).inserted {
                throw Refusal(.schemaInvalid, "The item stands twice. Name each once.", field: path + ".item_id")
            }
            try FormCheck.choice(input.role, path + ".role", required: false)
            try FormCheck.text(
                input.personal.fileTitle, path + ".personal.file_title", maximum: BodyLimits.titleBytes)
            guard input.personal.itemID.isEmpty || input.personal.itemID == input.itemID else {
                throw Refusal(
                    .schemaInvalid, "personal is about another item. Leave its item_id out.",
                    field: path + ".personal.item_id")
            }
        }
    }

    /// Refuses bodies where a command takes none.
    ///
    /// - Throws: SCHEMA_INVALID.
    func requireNone(_ field: String) throws(Refusal) {
        guard !isEmpty else { return }
        throw Refusal(
            .schemaInvalid, "Bodies come with opening a ticket, a message, an interaction or a note.", field: field)
    }
}

extension Preparation {
    /// Finds the bodies that a command names.
    ///
    /// - Parameter subjects: whom the aggregate concerns; nil: nobody.
    /// - Throws: BODY_UNKNOWN, BODY_REDACTED, BODY_TAKEN, BODY_SUBJECT.
    func find(_ inputs: [BodyInput], for subjects: [StreamNumber]?) throws(Refusal) -> FoundBodies {
        var found = FoundBodies()
        for (index, input) in inputs.enumerated() {
            let field = "bodies[\(index)].item_id"
            guard let id = Identifier(input.itemID) else {
                throw Refusal(.schemaInvalid, "item_id is no UUID.", field: field)
            }
            guard try reader.claim(.body(id)) == 0 else {
                throw Refusal(
                    .bodyTaken, "The item belongs to an event already. Upload it anew under another id.", field: field)
            }
            let known = try known(id, field: field)
            guard subjects?.contains(known.subject) ?? (known.subject == .none) else {
                throw Refusal(
                    .bodySubject,
                    "The item is sealed for another one than the aggregate concerns. Upload it anew for that one.",
                    field: field)
            }
            found.references.append(BodyReference(known, input))
            if known.subject != .none {
                found.titles.append(
                    .with {
                        $0.itemID = known.id.description
                        $0.fileTitle = input.personal.fileTitle
                    })
            }
        }
        return found
    }

    private func known(_ id: Identifier, field: String) throws(Refusal) -> KnownBody {
        do throws(Refusal) { return try reader.body(id) } catch {
            var refusal = error
            refusal.detail.field = field
            throw refusal
        }
    }

    /// Number of the stream under whose key a part is sealed; nil where it does not exist yet.
    func number(of subject: PartSubject) throws(Refusal) -> StreamNumber? {
        switch subject {
        case .target: target
        case .number(let number): number
        case .reference(let reference): try reader.resolve(reference, .party)
        }
    }
}

extension BodyReference {
    fileprivate init(_ known: KnownBody, _ input: BodyInput) {
        self.init()
        itemID = known.id.description
        role = input.role == .unspecified ? .attachment : input.role
        mediaType = known.mediaType
        size = UInt64(clamping: known.size)
        sealedSize = UInt64(clamping: known.sealedSize)
        sealedSha256 = Data(known.sealedHash)
        subjectNumber = known.subject.rawValue
    }
}
