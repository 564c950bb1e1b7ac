internal import Crypto
internal import FoundationEssentials
package import Schema

/// Under whose key the key of an item is wrapped.
package enum BodyOwner: Sendable, Hashable {
    /// It says nothing of any person: the log's own key for bodies.
    case nobody
    /// A subject: the slot of its key, and the number of its stream.
    case subject(number: UInt64, slot: UInt32, generation: UInt32)
}

/// What is known of an item of the content store.
package struct StoredBody: Sendable, Hashable {
    package var id: Identifier
    package var owner: BodyOwner
    /// As in RFC 6838; at most 127 bytes.
    package var mediaType: String
    /// Bytes of the content, and of what is stored.
    package var size: Int
    package var sealedSize: Int
    /// SHA-256 of what is stored: 32 bytes.
    package var sealedHash: [UInt8]
    /// When it was stored.
    package var storedAt: Instant
    /// Position of the event that refers to it; none where none does yet.
    package var referredBy: Position
    /// Position of the event that redacted it; none where it can be read.
    package var redactedBy: Position
}

/// An entry of the table as it stands in the file: 512 bytes, so that writing one over never tears another.
struct BodyEntry: Equatable {
    static let size = 512
    static let wrappedKeySize = 60
    static let mediaTypeBytes = 127

    private static let checksumSize = 8
    private static let wrappedKeyOffset = 112
    private static let mediaTypeOffset = 176

    enum State: UInt8 {
        /// The entry is free.
        case empty = 0
        case stored = 1
        case redacted = 2
    }

    var state: State
    var body: StoredBody
    /// Nonce, ciphertext and tag of the item's key; zeroes where it was destroyed.
    var wrappedKey: [UInt8]

    /// Whether the item can be read and no event refers to it, as far as was noted.
    var isUnreferred: Bool { state == .stored && body.referredBy == .none }

    /// Takes the key out.
    ///
    /// - Parameter position: of the event that says so.
    mutating func redact(by position: Position) {
        state = .redacted
        wrappedKey = [UInt8](repeating: 0, count: Self.wrappedKeySize)
        body.redactedBy = position
    }

    /// A free entry, with nothing of what stood in it.
    static func free(at index: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size - checksumSize)
        bytes += checksum(bytes, at: index)
        return bytes
    }

    /// The 512 bytes of the entry.
    func encoded(at index: Int) -> [UInt8] {
        var bytes: [UInt8] = [state.rawValue, UInt8(clamping: body.mediaType.utf8.count), 0, 0]
        bytes.reserveCapacity(Self.size)
        var owner: (number: UInt64, slot: UInt32, generation: UInt32) = (0, 0, 0)
        if case .subject(let number, let slot, let generation) = body.owner { owner = (number, slot, generation) }
        bytes.append(littleEndian: owner.slot)
        bytes.append(littleEndian: owner.generation)
        bytes.append(littleEndian: UInt32(0))
        bytes += body.id.bytes
        bytes.append(littleEndian: owner.number)
        bytes.append(littleEndian: UInt64(body.size))
        bytes.append(littleEndian: UInt64(body.sealedSize))
        bytes.append(littleEndian: body.storedAt.rawValue)
        bytes.append(littleEndian: body.referredBy.rawValue)
        bytes.append(littleEndian: body.redactedBy.rawValue)
        bytes += body.sealedHash
        bytes += wrappedKey
        bytes += [UInt8](repeating: 0, count: Self.mediaTypeOffset - bytes.count)
        bytes += Array(body.mediaType.utf8)
        bytes += [UInt8](repeating: 0, count: Self.size - Self.checksumSize - bytes.count)
        bytes += Self.checksum(bytes, at: index)
        return bytes
    }

    init(state: State, body: StoredBody, wrappedKey: [UInt8]) {
        self.state = state
        self.body = body
        self.wrappedKey = wrappedKey
    }

    /// Reads an entry and checks it.
    ///
    /// - Returns: nil where it is free.
    /// - Throws: `damaged`.
    init?(decoding bytes: ArraySlice<UInt8>, at index: Int) throws(BodyStoreError) {
        let bytes = Array(bytes)
        // Space that a crash left behind the last entry was never acknowledged.
        guard bytes.contains(where: { $0 != 0 }) else { return nil }
        let end = Self.size - Self.checksumSize
        guard bytes.count == Self.size, bytes[end...].elementsEqual(Self.checksum(bytes[..<end], at: index)),
            let state = State(rawValue: bytes[0]), Int(bytes[1]) <= Self.mediaTypeBytes,
            let id = Identifier(bytes: bytes[16..<32])
        else {
            throw BodyStoreError(
                .damaged, "Entry \(index) of the table of bodies is damaged. Restore the bodies from a backup.")
        }
        guard state != .empty else { return nil }
        let slot = UInt32(truncatingIfNeeded: Self.number(bytes, 4, 4))
        let generation = UInt32(truncatingIfNeeded: Self.number(bytes, 8, 4))
        let text = bytes[Self.mediaTypeOffset..<Self.mediaTypeOffset + Int(bytes[1])]
        body = StoredBody(
            id: id,
            owner: slot == 0
                ? .nobody : .subject(number: Self.number(bytes, 32, 8), slot: slot, generation: generation),
            mediaType: String(decoding: text, as: UTF8.self), size: Int(clamping: Self.number(bytes, 40, 8)),
            sealedSize: Int(clamping: Self.number(bytes, 48, 8)), sealedHash: Array(bytes[80..<112]),
            storedAt: Instant(microseconds: Int64(bitPattern: Self.number(bytes, 56, 8))),
            referredBy: Position(Self.number(bytes, 64, 8)), redactedBy: Position(Self.number(bytes, 72, 8)))
        self.state = state
        wrappedKey = Array(bytes[Self.wrappedKeyOffset..<Self.wrappedKeyOffset + Self.wrappedKeySize])
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The number is part of the checksum, so that an entry written to another's place is noticed.
    private static func checksum(_ bytes: some Sequence<UInt8>, at index: Int) -> [UInt8] {
        var covered: [UInt8] = []
        covered.append(littleEndian: UInt64(index))
        covered += bytes
        return Array(SHA256.hash(data: covered).prefix(checksumSize))
    }
}
