/// Bytes as hexadecimal digits.
enum Hexadecimal {
    static func text(_ byte: UInt8) -> String {
        let digits = Array("0123456789abcdef")
        return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { text($0) }.joined()
    }

    /// The bytes that hexadecimal digits stand for; nil where the text is something else.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text).map(\.hexDigitValue)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}
