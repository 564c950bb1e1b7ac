package import Schema
internal import Synchronization

/// Leaving the content store for a backup, and coming back.
extension BodyStore {
    /// Bytes of an entry of the table.
    package static let entrySize = BodyEntry.size

    /// A content that is stored: its file, and the SHA-256 that names it.
    package struct SealedContent: Sendable, Hashable {
        package var path: String
        package var hash: [UInt8]

        package init(path: String, hash: [UInt8]) {
            self.path = path
            self.hash = hash
        }

        /// The name of the file.
        package var name: String { BodyStore.fileName(hash) }
    }

    /// The entries of items as they would stand in a table from entry `index` on, with the contents that they name.
    ///
    /// An item that was taken away in between leaves a free entry.
    ///
    /// - Throws: `damaged`, `io`.
    package func entries(
        of ids: ArraySlice<Identifier>, from index: Int
    ) throws(BodyStoreError) -> (entries: [[UInt8]], contents: [SealedContent]) {
        try table.withLock { (table) throws(BodyStoreError) in
            var entries: [[UInt8]] = []
            var contents: [SealedContent] = []
            for (offset, id) in ids.enumerated() {
                guard table.contains(id) else {
                    entries.append(BodyEntry.free(at: index + offset))
                    continue
                }
                let entry = try table.entry(of: id)
                entries.append(entry.encoded(at: index + offset))
                guard entry.state == .stored else { continue }
                contents.append(
                    SealedContent(path: sealedPath(entry.body.sealedHash), hash: entry.body.sealedHash))
            }
            return (entries, contents)
        }
    }

    /// The items that were redacted.
    ///
    /// - Throws: `damaged`, `io`.
    package func redactedBodies() throws(BodyStoreError) -> [StoredBody] {
        try table.withLock { (table) throws(BodyStoreError) in
            var bodies: [StoredBody] = []
            for id in table.ids {
                let entry = try table.entry(of: id)
                if entry.state == .redacted { bodies.append(entry.body) }
            }
            return bodies
        }
    }

    /// Makes a store of entries that a backup held.
    ///
    /// - Parameters:
    ///   - redacted: items that were redacted, with the position of the event: they come back without key and content.
    ///   - entries: those of the whole table in their order, piece by piece; nil at the end.
    ///   - content: puts the content of this name to this path.
    /// - Returns: how many items `redacted` kept out.
    /// - Throws: `BodyStoreError`; what `entries` and `content` throw.
    package static func restore(
        directory: String, redacted: [Identifier: Position], entries: () throws -> [[UInt8]]?,
        content: (_ name: String, _ path: String) throws -> Void
    ) throws -> Int {
        for path in [directory, "\(directory)/sealed", "\(directory)/arriving"] { try BodyDirectory.make(path) }
        let unfinished = "\(directory)/items.new"
        guard let file = try BodyFile(path: unfinished, .new) else {
            throw BodyStoreError(.io, "\(unfinished) has gone while it was being made.")
        }
        try file.write(BodyTable.header, at: 0)
        var index = 0
        var kept = 0
        while let piece = try entries() {
            for bytes in piece {
                var encoded = bytes
                if var entry = try BodyEntry(decoding: bytes[...], at: index) {
                    if let position = redacted[entry.body.id], entry.state == .stored {
                        entry.redact(by: position)
                        kept += 1
                    }
                    encoded = entry.encoded(at: index)
                    if entry.state == .stored {
                        let name = fileName(entry.body.sealedHash)
                        try content(name, "\(directory)/sealed/\(name)")
                    }
                }
                try file.write(encoded, at: BodyTable.header.count + index * BodyEntry.size)
                index += 1
            }
        }
        try file.sync()
        try BodyDirectory.sync("\(directory)/sealed")
        try BodyDirectory.move(unfinished, to: "items", in: directory)
        return kept
    }
}
