/// A 128-bit identifier: a UUID of an aggregate, a command or a conversation.
///
/// Its text form is the canonical one of RFC 9562: 36 lower-case characters.
public struct Identifier: Hashable, Sendable, Comparable {
    /// The first eight bytes, most significant first.
    public var high: UInt64
    /// The last eight bytes, most significant first.
    public var low: UInt64

    /// The identifier of these two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// All bits zero: no identifier.
    public static let zero = Identifier(high: 0, low: 0)

    /// The identifier of 16 bytes, or nil where there are not exactly 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        self.init(high: high, low: low)
    }

    /// The 16 bytes, most significant first.
    public var bytes: [UInt8] {
        var result = [UInt8]()
        result.reserveCapacity(16)
        for shift in stride(from: 56, through: 0, by: -8) {
            result.append(UInt8(truncatingIfNeeded: high >> UInt64(shift)))
        }
        for shift in stride(from: 56, through: 0, by: -8) {
            result.append(UInt8(truncatingIfNeeded: low >> UInt64(shift)))
        }
        return result
    }

    public static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// A version 7 UUID (RFC 9562, 5.7).
    ///
    /// - Parameters:
    ///   - milliseconds: Unix time in milliseconds, of which 48 bits are used.
    ///   - randomHigh: 12 of its bits are used.
    ///   - randomLow: 62 of its bits are used.
    public static func version7(milliseconds: UInt64, randomHigh: UInt64, randomLow: UInt64) -> Identifier {
        Identifier(
            high: milliseconds << 16 | 0x7000 | (randomHigh & 0x0FFF),
            low: 0x8000_0000_0000_0000 | (randomLow & 0x3FFF_FFFF_FFFF_FFFF))
    }
}

extension Identifier: LosslessStringConvertible {
    /// The identifier whose 36-character text form this is (either case), or nil.
    public init?(_ text: String) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        var offset = 0
        for byte in text.utf8 {
            if offset == 8 || offset == 13 || offset == 18 || offset == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = Identifier.hexadecimalDigit(byte) else { return nil }
                if digits < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
                digits += 1
            }
            offset += 1
        }
        guard offset == 36, digits == 32 else { return nil }
        self.init(high: high, low: low)
    }

    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            let digits: StaticString = "0123456789abcdef"
            var out = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[out] = UInt8(ascii: "-")
                    out += 1
                }
                let half = nibble < 16 ? high : low
                let value = Int(truncatingIfNeeded: half >> UInt64(60 - 4 * (nibble & 15))) & 0xF
                buffer[out] = digits.utf8Start[value]
                out += 1
            }
            return 36
        }
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
