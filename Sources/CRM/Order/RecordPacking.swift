internal import Schema

/// How the lines of a document are spread over records.
///
/// A typical record has at most 1.9 kB, because longer ones take whole pages of the log. With header, stream id
/// and one subject entry (176 bytes), leaf hash and fingerprint (up to 92) that leaves some 1,600 for the payload.
struct RecordPacking {
    /// Bytes that a payload has at most, unless one item alone is greater.
    static let payloadMaximum = 1_600

    /// How many items stand in the first record.
    private(set) var first: Int
    /// The items of each further record.
    private(set) var further: [Range<Int>]

    /// Spreads items in their order.
    ///
    /// - Parameters:
    ///   - count: how many items there are.
    ///   - room: bytes for items in the first record.
    ///   - furtherRoom: bytes for items in each further record.
    ///   - size: encoded length of one item within its record.
    init(count: Int, room: Int, furtherRoom: Int = payloadMaximum, size: (Int) -> Int) {
        var index = 0
        var left = room
        while index < count {
            left -= size(index)
            if left < 0 { break }
            index += 1
        }
        first = index
        further = []
        var start = index
        left = furtherRoom
        while index < count {
            let bytes = size(index)
            if bytes > left, index > start {
                further.append(start..<index)
                start = index
                left = furtherRoom
            }
            left -= bytes
            index += 1
        }
        if start < count { further.append(start..<count) }
    }
}

/// Encoded lengths in the protobuf wire format. All fields counted here have numbers below 16: one byte of tag.
enum WireSize {
    /// A field of a number; absent where it is zero.
    static func unsigned(_ value: UInt64) -> Int { value == 0 ? 0 : 1 + varint(value) }

    /// A field of a zigzag-encoded number that is written also where it is zero.
    static func signedPresent(_ value: Int64) -> Int { 1 + varint(zigzag(value)) }

    /// A field of a zigzag-encoded number; absent where it is zero.
    static func signed(_ value: Int64) -> Int { value == 0 ? 0 : signedPresent(value) }

    /// A field of a decimal.
    static func decimal(_ value: DecimalValue) -> Int {
        delimited(signed(value.unscaled) + unsigned(UInt64(value.scale)))
    }

    /// A field of a text; absent where it is empty.
    static func text(_ value: String) -> Int { value.isEmpty ? 0 : delimited(value.utf8.count) }

    /// A field that holds so many bytes of a message or text.
    static func delimited(_ length: Int) -> Int { 1 + varint(UInt64(length)) + length }

    /// The records of other systems of a document.
    static func external(_ keys: [ExternalKey]) -> Int {
        keys.reduce(0) { $0 + delimited(text($1.system) + text($1.key)) }
    }

    private static func varint(_ value: UInt64) -> Int { value < 128 ? 1 : (70 - value.leadingZeroBitCount) / 7 }

    private static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }
}

extension OrderLine {
    /// Length as an item of an event's lines.
    var wireSize: Int {
        var length = WireSize.unsigned(UInt64(line)) + WireSize.unsigned(productNumber) + WireSize.signed(net)
        if hasQuantity { length += WireSize.decimal(quantity) }
        if hasUnitPrice { length += WireSize.decimal(unitPrice) }
        if hasTaxRate { length += WireSize.decimal(taxRate) }
        if hasDiscount { length += WireSize.signedPresent(discount) }
        if hasUnitCost { length += WireSize.decimal(unitCost) }
        return WireSize.delimited(length)
    }
}

extension ReturnLine {
    /// Length as an item of an event's lines.
    var wireSize: Int {
        var length = WireSize.unsigned(UInt64(line)) + WireSize.unsigned(UInt64(orderLine))
        length += WireSize.unsigned(productNumber) + WireSize.signed(net)
        if hasQuantity { length += WireSize.decimal(quantity) }
        if hasUnitPrice { length += WireSize.decimal(unitPrice) }
        return WireSize.delimited(length)
    }
}
