/// Reads JSON (RFC 8259) into a `JSONValue`: strict, with a limit on depth, refusing members that stand twice.
struct JSONParser {
    /// What is wrong with a text, and where.
    struct Problem: Error, Equatable {
        var line: Int
        var message: String
    }

    /// The deepest nesting that is read.
    static let maximumDepth = 64

    private let bytes: [UInt8]
    private var offset = 0
    private var depth = 0

    /// The value that the whole text stands for.
    static func parse(_ bytes: [UInt8]) throws(Problem) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        guard String(validating: bytes, as: UTF8.self) != nil else { throw parser.problem("is not UTF-8") }
        let value = try parser.value()
        parser.skipBlanks()
        guard parser.offset == bytes.count else { throw parser.problem("something follows the value") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func value() throws(Problem) -> JSONValue {
        skipBlanks()
        guard offset < bytes.count else { throw problem("the text ends where a value is expected") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return try nested { (parser) throws(Problem) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(Problem) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(Problem) -> JSONValue
    ) throws(Problem) -> JSONValue {
        depth += 1
        guard depth <= Self.maximumDepth else { throw problem("is nested more than \(Self.maximumDepth) deep") }
        offset += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(Problem) -> JSONValue {
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
                throw problem("the name of a member is expected")
            }
            let name = try string()
            guard names.insert(name).inserted else { throw problem("\"\(name)\" stands twice") }
            guard take(":") else { throw problem("':' is expected after \"\(name)\"") }
            members.append(JSONValue.Member(name, try value()))
        } while take(",")
        guard take("}") else { throw problem("',' or '}' is expected") }
        return .object(members)
    }

    private mutating func array() throws(Problem) -> JSONValue {
        var values: [JSONValue] = []
        if take("]") { return .array([]) }
        repeat { values.append(try value()) } while take(",")
        guard take("]") else { throw problem("',' or ']' is expected") }
        return .array(values)
    }

    private mutating func string() throws(Problem) -> String {
        offset += 1
        var text = [UInt8]()
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw problem("a control character stands in a string")
            default: text.append(byte)
            }
        }
        throw problem("a string does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Problem) {
        guard offset < bytes.count else { throw problem("a string does not end") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try unicodeEscape())).utf8)
        default: throw problem("an escape is not known")
        }
    }

    private mutating func unicodeEscape() throws(Problem) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw problem("half of a surrogate pair stands alone") }
        offset += 2
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw problem("half of a surrogate pair stands alone") }
        return scalar
    }

    private mutating func hexadecimal() throws(Problem) -> UInt32 {
        guard offset + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw problem("four hexadecimal digits are expected after \\u") }
        offset += 4
        return value
    }

    private mutating func number() throws(Problem) -> String {
        let start = offset
        func digit(_ index: Int) -> Bool { index < bytes.count && (0x30...0x39).contains(bytes[index]) }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        guard digit(offset) else { throw problem("a value is expected") }
        let leadingZero = bytes[offset] == UInt8(ascii: "0")
        offset += 1
        while !leadingZero, digit(offset) { offset += 1 }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "."), digit(offset + 1) {
            offset += 1
            while digit(offset) { offset += 1 }
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            let signed = offset + 1 < bytes.count && [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[offset + 1])
            guard digit(offset + (signed ? 2 : 1)) else { throw problem("an exponent has no digits") }
            offset += signed ? 2 : 1
            while digit(offset) { offset += 1 }
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(Problem) -> JSONValue {
        guard bytes[offset...].starts(with: word.utf8) else { throw problem("a value is expected") }
        offset += word.utf8.count
        return value
    }

    private mutating func take(_ sign: Character) -> Bool {
        skipBlanks()
        guard offset < bytes.count, bytes[offset] == sign.asciiValue else { return false }
        offset += 1
        return true
    }

    private mutating func skipBlanks() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private func problem(_ message: String) -> Problem {
        let line = 1 + bytes[..<min(offset, bytes.count)].count { $0 == UInt8(ascii: "\n") }
        return Problem(line: line, message: message)
    }
}
