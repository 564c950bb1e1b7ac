internal import Crypto
internal import FoundationEssentials
internal import Schema

/// How the content of an item is sealed: in pieces, each with a nonce of its own, so that neither side ever holds the
/// whole. Every piece is bound to log, item, its place and whether it is the last one: none can be left out, moved or
/// taken from another item.
struct BodySealing {
    /// Bytes of content in a piece; the last one has fewer, or none where the item is empty.
    static let pieceSize = 1 << 20
    /// By how many bytes a sealed piece is longer: nonce and tag.
    static let overhead = 28
    static let keySize = 32

    let key: SymmetricKey
    /// Log id and item id.
    let identity: [UInt8]

    init(key: [UInt8], logID: Identifier, item: Identifier) {
        self.key = SymmetricKey(data: key)
        identity = Self.identity(logID, item)
    }

    /// What the wrapped key of an item is bound to, and its pieces.
    static func identity(_ logID: Identifier, _ item: Identifier) -> [UInt8] { logID.bytes + item.bytes }

    /// How many pieces so many bytes of content make.
    static func pieces(_ size: Int) -> Int { max(1, (size + pieceSize - 1) / pieceSize) }

    /// How many bytes are stored for so many bytes of content.
    static func sealedSize(_ size: Int) -> Int { size + pieces(size) * overhead }

    /// Seals a piece.
    func seal(
        _ content: [UInt8], piece: Int, isLast: Bool, nonce: [UInt8]
    ) throws(BodyStoreError) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(
                content, using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: bound(piece, isLast))
            var sealed = nonce
            sealed.reserveCapacity(content.count + Self.overhead)
            sealed += box.ciphertext
            sealed += box.tag
            return sealed
        } catch {
            throw BodyStoreError(.io, "The system's cryptography refused to seal \(content.count) bytes.")
        }
    }

    /// Opens a piece.
    ///
    /// - Throws: `damaged`.
    func open(_ sealed: [UInt8], piece: Int, isLast: Bool) throws(BodyStoreError) -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return Array(try AES.GCM.open(box, using: key, authenticating: bound(piece, isLast)))
        } catch {
            throw BodyStoreError(.damaged, "Piece \(piece) of the body does not open. Restore it from a backup.")
        }
    }

    private func bound(_ piece: Int, _ isLast: Bool) -> [UInt8] {
        var bytes = identity
        bytes.append(littleEndian: UInt32(clamping: piece))
        bytes.append(isLast ? 1 : 0)
        return bytes
    }
}
