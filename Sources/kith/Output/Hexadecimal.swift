/// Bytes as hexadecimal digits.
enum Hexadecimal {
    static func text(_ byte: UInt8) -> String {
        let digits = Array("0123456789abcdef")
        return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { text($0) }.joined()
    }
}
