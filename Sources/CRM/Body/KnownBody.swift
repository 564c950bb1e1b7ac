package import Schema

/// What the content store knows of an item that a command can still refer to.
package struct KnownBody: Sendable, Hashable {
    package var id: Identifier
    /// For whom it is sealed; none: it concerns nobody.
    package var subject: StreamNumber
    /// As in RFC 6838.
    package var mediaType: String
    /// Bytes of the content, and of what is stored.
    package var size: Int
    package var sealedSize: Int
    /// SHA-256 of what is stored: 32 bytes.
    package var sealedHash: [UInt8]

    package init(
        id: Identifier, subject: StreamNumber, mediaType: String, size: Int, sealedSize: Int, sealedHash: [UInt8]
    ) {
        self.id = id
        self.subject = subject
        self.mediaType = mediaType
        self.size = size
        self.sealedSize = sealedSize
        self.sealedHash = sealedHash
    }
}
