package import Schema

/// Keys of rows: parts of fixed width, most significant byte first, so that the order of bytes is the order of keys.
/// A text may stand before the last part; see `append(sortable:limit:)`.
extension [UInt8] {
    /// An empty key with room for `capacity` bytes.
    package static func key(capacity: Int = 32) -> [UInt8] {
        var key = [UInt8]()
        key.reserveCapacity(capacity)
        return key
    }

    /// A key of one number.
    package static func key(_ number: UInt64) -> [UInt8] {
        var key = [UInt8].key(capacity: 8)
        key.append(bigEndian: number)
        return key
    }

    /// Appends an unsigned integer, most significant byte first.
    package mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
        var shift = value.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Appends an instant in 8 bytes, so that earlier ones, also those before 1970, stand first.
    package mutating func append(_ instant: Instant) {
        append(bigEndian: UInt64(bitPattern: instant.rawValue) ^ (1 << 63))
    }

    /// Appends a text in the order of its UTF-8 bytes, with an end that sorts before every longer text. Of a long text
    /// only the first `limit` bytes count.
    package mutating func append(sortable text: String, limit: Int = 200) {
        for byte in text.utf8.prefix(limit) {
            append(byte)
            // A zero byte within the text is told from the end by what follows it.
            if byte == 0 { append(0xFF) }
        }
        append(0)
        append(0)
    }

    /// Appends a text behind the number of its bytes, of which there are 65,535 at most; what goes beyond is cut off.
    /// For rows: such texts are in no order.
    mutating func append(counted text: String) {
        let bytes = text.utf8.prefix(Int(UInt16.max))
        append(bigEndian: UInt16(bytes.count))
        append(contentsOf: bytes)
    }
}

/// Reads the parts of a key, or of a row that is laid out like one, from the front.
package struct KeyReader {
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next unsigned integer.
    ///
    /// - Throws: `ViewError` with `rowDamaged` where the bytes end within it.
    package mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type) throws(ViewError) -> T {
        let end = offset + T.bitWidth / 8
        guard end <= bytes.count else {
            throw ViewError(.rowDamaged, "A key or row ends too early. Rebuild the projection.")
        }
        var value: T = 0
        while offset < end {
            value = value << 8 | T(bytes[offset])
            offset += 1
        }
        return value
    }

    /// The next instant.
    ///
    /// - Throws: `ViewError` with `rowDamaged` where the bytes end within it.
    package mutating func instant() throws(ViewError) -> Instant {
        Instant(microseconds: Int64(bitPattern: try integer(UInt64.self) ^ (1 << 63)))
    }

    /// The next text that stands behind the number of its bytes.
    ///
    /// - Throws: `ViewError` with `rowDamaged` where the bytes end within it.
    mutating func text() throws(ViewError) -> String {
        let count = Int(try integer(UInt16.self))
        guard offset + count <= bytes.count else {
            throw ViewError(.rowDamaged, "A text of a row ends too early. Rebuild the projection.")
        }
        defer { offset += count }
        return String(decoding: bytes[offset..<offset + count], as: UTF8.self)
    }

    /// What has not been read yet.
    var rest: ArraySlice<UInt8> { bytes[offset...] }
}
