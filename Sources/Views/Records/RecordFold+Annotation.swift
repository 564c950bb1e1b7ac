internal import Schema
internal import SwiftProtobuf

/// What every aggregate takes: notes, tags, fields of the organisation's own, and links to records of other systems.
extension RecordFold {
    /// Folds the event where it is one of these.
    ///
    /// - Returns: whether it was.
    func foldAnnotation(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) -> Bool {
        switch event.payload {
        case .noteAdded(let added):
            try put(event.item(.note(added.text)), .note, event.header.position.rawValue, of: event, &row, &store)
        case .tagged(let tagged):
            if !row.tags.contains(where: { $0.isIdentical(to: tagged.tag) }) { row.tags.append(tagged.tag) }
        case .untagged(let untagged):
            row.tags.removeAll { $0.isIdentical(to: untagged.tag) }
        case .fieldsSet(let set): row.set(set, of: event)
        case .externalLinked(let linked):
            if linked.hasKey {
                row.link([linked.key])
            } else {
                try putExternal(event, unlinked: false, &row, &store)
            }
        case .externalUnlinked(let unlinked):
            if unlinked.hasKey {
                row.external.removeAll { $0.isIdentical(to: unlinked.key) }
            } else {
                try putExternal(event, unlinked: true, &row, &store)
            }
        default:
            return false
        }
        return true
    }

    /// Keeps where external keys stand that are sealed. Which one an unlinking means is known only when both parts are
    /// opened, so links and unlinkings are kept side by side.
    func putExternal(
        _ event: ViewEvent, unlinked: Bool, _ row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var item = event.item(.externalUnlinked(unlinked))
        guard item.hasSealed else { return }
        item.occurredAt = 0
        try put(item, .external, event.header.position.rawValue, of: event, &row, &store)
    }
}

extension DirectoryRow {
    /// Adds external keys that stand open.
    mutating func link(_ keys: [ExternalKey]) {
        for key in keys where !external.contains(where: { $0.isIdentical(to: key) }) { external.append(key) }
    }
}

extension ExternalKey {
    /// Whether both name the same record of the same system, byte for byte.
    func isIdentical(to other: ExternalKey) -> Bool {
        system.isIdentical(to: other.system) && key.isIdentical(to: other.key)
    }
}
