package import Schema
internal import Synchronization

/// The content of an item, opened piece by piece.
package struct BodyReader: Sendable {
    /// What is read.
    package let body: StoredBody
    private let sealing: BodySealing
    private let file: BodyFile
    private var piece = 0

    fileprivate init(_ body: StoredBody, _ sealing: BodySealing, _ file: BodyFile) {
        self.body = body
        self.sealing = sealing
        self.file = file
    }

    /// The next piece of the content, up to 1 MiB; nil behind the last one. An empty item has one empty piece.
    ///
    /// - Throws: `damaged`, `io`.
    package mutating func next() throws(BodyStoreError) -> [UInt8]? {
        let pieces = BodySealing.pieces(body.size)
        guard piece < pieces else { return nil }
        let length = BodySealing.pieceSize + BodySealing.overhead
        let sealed = try file.read(count: min(length, body.sealedSize - piece * length), at: piece * length)
        let content = try sealing.open(sealed, piece: piece, isLast: piece == pieces - 1)
        piece += 1
        return content
    }
}

extension BodyStore {
    /// Begins to read an item.
    ///
    /// - Throws: `unknown`, `redacted`, `erased`, `damaged` where the content is gone or has another length, `io`.
    package func reader(_ id: Identifier) throws(BodyStoreError) -> BodyReader {
        let entry = try table.withLock { (table) throws(BodyStoreError) in try table.entry(of: id) }
        guard entry.state == .stored else { throw Self.redacted(id) }
        let key = try vault.unwrap(
            entry.wrappedKey, for: entry.body.owner, boundTo: BodySealing.identity(logID, id))
        guard let file = try BodyFile(path: sealedPath(entry.body.sealedHash), .reading),
            try file.length() == entry.body.sealedSize,
            entry.body.sealedSize == BodySealing.sealedSize(entry.body.size)
        else {
            throw BodyStoreError(
                .damaged, "The content of the body \(id) is gone or not whole. Restore it from a backup.")
        }
        return BodyReader(entry.body, BodySealing(key: key, logID: logID, item: id), file)
    }
}
