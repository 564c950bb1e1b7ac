internal import Crypto
package import Schema
internal import Synchronization

/// An item on its way into the content store. What has arrived is sealed piece by piece; an upload that is dropped leaves
/// nothing behind.
package final class BodyUpload: Sendable {
    private struct State {
        /// Content that makes no whole piece yet.
        var pending: [UInt8] = []
        var received = 0
        var pieces = 0
        var written = 0
        var contentHash = SHA256()
        var sealedHash = SHA256()
        var isOver = false
    }

    /// The item as it was announced.
    package let id: Identifier
    private let store: BodyStore
    private let owner: BodyOwner
    private let mediaType: String
    private let size: Int
    private let sealing: BodySealing
    private let wrappedKey: [UInt8]
    private let file: BodyFile
    private let state = Mutex(State())

    init(
        store: BodyStore, id: Identifier, owner: BodyOwner, mediaType: String, size: Int
    ) throws(BodyStoreError) {
        self.store = store
        self.id = id
        self.owner = owner
        self.mediaType = mediaType
        self.size = size
        let key = store.randomBytes(BodySealing.keySize)
        sealing = BodySealing(key: key, logID: store.logID, item: id)
        wrappedKey = try store.vault.wrap(key, for: owner, boundTo: BodySealing.identity(store.logID, id))
        let name = BodyStore.fileName(store.randomBytes(16))
        guard let file = try BodyFile(path: "\(store.directory)/arriving/\(name)", .new) else {
            throw BodyStoreError(.io, "The upload cannot be stored in \(store.directory).")
        }
        self.file = file
    }

    deinit {
        // A finished one has another name by now. What cannot be taken away here is taken away at the next start.
        try? BodyDirectory.remove(file.path)
    }

    /// Bytes of the content that have arrived.
    package var received: Int { state.withLock { $0.received } }

    /// Takes the next bytes of the content.
    ///
    /// - Throws: `mismatch` where they are more than was announced, `io`, `full`.
    package func append(_ content: [UInt8]) throws(BodyStoreError) {
        try state.withLock { (state) throws(BodyStoreError) in
            guard !state.isOver, state.received + content.count <= size else { throw Self.mismatch }
            state.received += content.count
            state.contentHash.update(data: content)
            state.pending += content
            // The last piece is sealed as such when everything is there.
            while state.pending.count > BodySealing.pieceSize {
                let piece = Array(state.pending.prefix(BodySealing.pieceSize))
                state.pending.removeFirst(BodySealing.pieceSize)
                try write(piece, isLast: false, &state)
            }
        }
    }

    private func write(_ piece: [UInt8], isLast: Bool, _ state: inout State) throws(BodyStoreError) {
        let sealed = try sealing.seal(piece, piece: state.pieces, isLast: isLast, nonce: store.randomBytes(12))
        try file.write(sealed, at: state.written)
        state.sealedHash.update(data: sealed)
        state.written += sealed.count
        state.pieces += 1
    }

    /// Everything has arrived: the item is on stable storage when this returns.
    ///
    /// - Parameter hash: SHA-256 of the content; nil where it is not compared.
    /// - Throws: `mismatch` where size or hash is another than announced, `taken`, `io`, `full`.
    package func finish(contentHash hash: [UInt8]? = nil, at instant: Instant) throws(BodyStoreError) -> StoredBody {
        try state.withLock { (state) throws(BodyStoreError) in
            guard !state.isOver, state.received == size else { throw Self.mismatch }
            state.isOver = true
            guard hash == nil || hash == Array(state.contentHash.finalize()) else { throw Self.mismatch }
            try write(state.pending, isLast: true, &state)
            state.pending = []
            try file.sync()
            let body = StoredBody(
                id: id, owner: owner, mediaType: mediaType, size: size, sealedSize: state.written,
                sealedHash: Array(state.sealedHash.finalize()), storedAt: instant, referredBy: .none,
                redactedBy: .none)
            try store.keep(body, wrappedKey, file)
            return body
        }
    }

    private static let mismatch = BodyStoreError(
        .mismatch, "What arrived is not what was announced. Upload it again.")
}

extension BodyStore {
    /// Begins an upload.
    ///
    /// - Parameters:
    ///   - id: of the new item.
    ///   - mediaType: as in RFC 6838, at most 127 bytes.
    ///   - size: bytes of the content.
    /// - Throws: `taken`, `tooLarge`, `mismatch` where the media type is too long, `erased`, `io`, `full`.
    package func begin(
        _ id: Identifier, for owner: BodyOwner, mediaType: String, size: Int
    ) throws(BodyStoreError) -> BodyUpload {
        guard (0...Self.greatestSize).contains(size) else {
            throw BodyStoreError(.tooLarge, "A body has at most \(Self.greatestSize) bytes.")
        }
        guard mediaType.utf8.count <= BodyEntry.mediaTypeBytes else {
            throw BodyStoreError(.mismatch, "The media type has more than \(BodyEntry.mediaTypeBytes) bytes.")
        }
        guard !table.withLock({ $0.contains(id) }) else { throw Self.taken(id) }
        return try BodyUpload(store: self, id: id, owner: owner, mediaType: mediaType, size: size)
    }

    /// Gives a finished upload its name and its entry, in this order: a content without an entry is taken away at start.
    fileprivate func keep(
        _ body: StoredBody, _ wrappedKey: [UInt8], _ file: BodyFile
    ) throws(BodyStoreError) {
        try table.withLock { (table) throws(BodyStoreError) in
            guard !table.contains(body.id) else { throw Self.taken(body.id) }
            try BodyDirectory.move(file.path, to: Self.fileName(body.sealedHash), in: "\(directory)/sealed")
            try table.put(BodyEntry(state: .stored, body: body, wrappedKey: wrappedKey))
        }
    }

    private static func taken(_ id: Identifier) -> BodyStoreError {
        BodyStoreError(.taken, "There is a body \(id) already. Choose another id.")
    }
}
