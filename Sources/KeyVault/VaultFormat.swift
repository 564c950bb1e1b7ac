internal import Crypto
internal import FoundationEssentials

/// The bytes of the vault file, as `docs/vault-format.md` describes them. Every number is little-endian.
enum VaultFormat {
    static let magic: [UInt8] = Array("KITHVLT1".utf8)
    static let version: UInt32 = 1
    static let headerSize = 4_096
    static let slotSize = 96
    static let checksumSize = 8
    static let keySize = 32
    static let nonceSize = 12
    /// Nonce, 32-byte key and tag.
    static let wrappedKeySize = 60

    /// Where the header's fixed part ends and its checksum begins.
    static let headerChecksumOffset = 96
    /// Which bytes of the header are associated data of its verification value.
    static let headerIdentitySize = 36
    /// Where the two fill marks are: each in a sector of its own, so that a torn write costs at most one.
    static let fillMarkOffsets = [512, 1_024]
    static let fillMarkSize = 16

    /// The log's own keys stand in the slots below this number.
    static let firstSubjectSlot: UInt32 = 16
    /// The log's own key that wraps the keys of bodies which concern nobody.
    static let slotOfBodies: UInt32 = 4
    /// A slot that was filled for the first time has this generation.
    static let firstGeneration: UInt32 = 1

    /// Where a slot begins in the file.
    static func offset(ofSlot number: UInt32) -> Int {
        headerSize + Int(number) * slotSize
    }

    /// The first eight bytes of SHA-256: enough to notice damage; the wrapping's tag stands against intent.
    static func checksum(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        Array(SHA256.hash(data: Array(bytes)).prefix(checksumSize))
    }
}

extension VaultFormat {
    /// The header's first 36 bytes, the associated data of its verification value.
    static func headerIdentity(vaultID: [UInt8]) -> [UInt8] {
        var identity = magic
        identity.append(littleEndian: version)
        identity.append(littleEndian: UInt32(slotSize))
        identity.append(littleEndian: UInt32(headerSize))
        return identity + vaultID
    }

    /// The fixed part of the header: 104 bytes at the start of the file. The verification value is 32 zero bytes
    /// sealed under the master key.
    static func encodeHeader(identity: [UInt8], verification: [UInt8]) -> [UInt8] {
        let header = identity + verification
        return header + checksum(header)
    }

    /// Checks magic, version, sizes and checksum of the fixed part, and gives the verification value with its
    /// associated data.
    static func decodeHeader(
        _ header: [UInt8]
    ) throws(VaultError) -> (verification: [UInt8], associatedData: [UInt8]) {
        guard header.count >= headerChecksumOffset + checksumSize, header.starts(with: magic) else {
            throw VaultError(
                .damaged, "The vault file does not begin as a vault does. Restore it from the vault's own backup.")
        }
        let found = header.littleEndian(UInt32.self, at: 8)
        guard found == version else {
            throw VaultError(
                .versionUnknown, "The vault file has format \(found); this program reads format \(version).")
        }
        let expected = checksum(header[..<headerChecksumOffset])
        guard header[headerChecksumOffset...].prefix(checksumSize).elementsEqual(expected),
            header.littleEndian(UInt32.self, at: 12) == UInt32(slotSize),
            header.littleEndian(UInt32.self, at: 16) == UInt32(headerSize)
        else {
            throw VaultError(
                .damaged, "The header of the vault file is damaged. Restore it from the vault's own backup.")
        }
        return (
            Array(header[headerIdentitySize..<headerChecksumOffset]), Array(header[..<headerIdentitySize])
        )
    }

    /// A fill mark: how many slots, from number 0 on, are filled and synced.
    static func encodeFillMark(_ filled: UInt32) -> [UInt8] {
        var mark: [UInt8] = []
        mark.append(littleEndian: filled)
        mark.append(littleEndian: UInt32(0))
        return mark + checksum(mark)
    }

    /// What a fill mark says; nil where it was never written or was torn.
    static func decodeFillMark(_ mark: ArraySlice<UInt8>) -> UInt32? {
        let body = mark.prefix(fillMarkSize - checksumSize)
        guard mark.count == fillMarkSize, mark.suffix(checksumSize).elementsEqual(checksum(body)) else { return nil }
        return mark.littleEndian(UInt32.self, at: 0)
    }
}

/// One slot as it stands in the file.
struct SlotRecord: Equatable {
    enum State: UInt8 {
        case empty = 0
        case filled = 1
        case destroyed = 2
    }

    var state: State
    var generation: UInt32
    /// Nonce, ciphertext and tag of the key (60 bytes); zeroes unless the slot is filled.
    var wrappedKey: [UInt8]

    /// The slot's 96 bytes.
    func encoded(number: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [state.rawValue, 0, 0, 0]
        bytes.reserveCapacity(VaultFormat.slotSize)
        bytes.append(littleEndian: generation)
        bytes += wrappedKey
        bytes += [UInt8](repeating: 0, count: VaultFormat.slotSize - VaultFormat.checksumSize - bytes.count)
        bytes += Self.checksum(bytes[...], number: number)
        return bytes
    }

    /// Reads a slot's 96 bytes and checks them.
    init(decoding bytes: [UInt8], number: UInt32) throws(VaultError) {
        let end = VaultFormat.slotSize - VaultFormat.checksumSize
        guard bytes.count == VaultFormat.slotSize,
            bytes[end...].elementsEqual(Self.checksum(bytes[..<end], number: number)),
            let state = State(rawValue: bytes[0])
        else {
            throw VaultError(
                .damaged, "Slot \(number) of the vault file is damaged. Restore it from the vault's own backup.",
                slot: number)
        }
        self.state = state
        self.generation = bytes.littleEndian(UInt32.self, at: 4)
        self.wrappedKey = Array(bytes[8..<8 + VaultFormat.wrappedKeySize])
    }

    init(state: State, generation: UInt32, wrappedKey: [UInt8]) {
        self.state = state
        self.generation = generation
        self.wrappedKey = wrappedKey
    }

    /// The number is part of the checksum, so that a slot written to another's place is noticed.
    private static func checksum(_ bytes: ArraySlice<UInt8>, number: UInt32) -> [UInt8] {
        var covered: [UInt8] = []
        covered.append(littleEndian: number)
        covered += bytes
        return VaultFormat.checksum(covered)
    }
}

extension Array where Element == UInt8 {
    /// Appends the bytes of a number, least significant first.
    mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
        for index in 0..<Number.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: number >> Number(index * 8)))
        }
    }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
    /// The number whose bytes, least significant first, begin `offset` bytes into the collection.
    func littleEndian<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number {
        var number: Number = 0
        for index in (0..<Number.bitWidth / 8).reversed() {
            number = number << 8 | Number(self[startIndex + offset + index])
        }
        return number
    }
}
