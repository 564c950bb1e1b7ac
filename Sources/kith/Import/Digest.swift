internal import Crypto

/// The first half of a SHA-256: enough to tell rows and keys of one file apart, at half the memory.
struct Digest: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    init(_ bytes: [UInt8]) {
        var words: [UInt64] = [0, 0]
        for (index, byte) in SHA256.hash(data: bytes).prefix(16).enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        (high, low) = (words[0], words[1])
    }

    /// The digest of some fields of a row.
    init(_ row: Row, columns: [Int]) {
        var bytes = [UInt8]()
        for column in columns { bytes.appendMeasured(row[column]) }
        self.init(bytes)
    }
}
