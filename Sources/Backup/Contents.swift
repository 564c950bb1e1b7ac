internal import BodyStore
internal import Crypto

/// Sealed contents of bodies: files that are named by the SHA-256 of what is in them.
enum Contents {
    private static let pieceSize = 1 << 20

    /// Copies a content into a directory, where it gets its name when it was checked and is on stable storage.
    ///
    /// - Returns: its bytes.
    /// - Throws: `damaged` where it is not what its name says.
    static func copy(_ content: BodyStore.SealedContent, to directory: String) throws(BackupError) -> Int {
        try copy(from: content.path, name: content.name, to: directory)
    }

    /// The same for a content of this name.
    @discardableResult
    static func copy(from path: String, name: String, to directory: String) throws(BackupError) -> Int {
        let source = try InputFile(path: path)
        let target = try OutputFile(directory: directory, name: name)
        var hash = SHA256()
        var offset = 0
        while offset < source.size {
            let piece = try source.read(offset..<min(source.size, offset + pieceSize))
            hash.update(data: piece)
            try target.append(piece)
            offset += piece.count
        }
        guard BodyStore.SealedContent(path: path, hash: Array(hash.finalize())).name == name else {
            throw BackupError(.damaged, "The content \(path) is not what its name says. Use another copy of it.")
        }
        try target.sync()
        try target.finish()
        return source.size
    }
}
