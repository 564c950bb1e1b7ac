internal import CRM
internal import Schema

/// The target of a request in its parts, with percent signs resolved.
struct RequestTarget: Equatable {
    /// What stands between the slashes of the path.
    let segments: [String]
    /// The parameters of the query, in their order.
    let parameters: [Parameter]

    /// One parameter of the query.
    struct Parameter: Equatable {
        var name: String
        var value: String
    }

    /// Takes a target apart.
    ///
    /// - Throws: SCHEMA_INVALID where it does not begin with a slash, or a percent sign stands for no text.
    init(_ text: String) throws(Refusal) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.hasPrefix("/") else { throw RequestTarget.malformed }
        var segments: [String] = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            segments.append(try RequestTarget.decoded(segment, plusIsSpace: false))
        }
        self.segments = segments
        var parameters: [Parameter] = []
        for pair in parts.count == 2 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters.append(
                Parameter(
                    name: try RequestTarget.decoded(sides[0], plusIsSpace: true),
                    value: sides.count == 2 ? try RequestTarget.decoded(sides[1], plusIsSpace: true) : ""))
        }
        self.parameters = parameters
    }

    private static func decoded(_ text: Substring, plusIsSpace: Bool) throws(Refusal) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    throw malformed
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw malformed }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static let malformed = Refusal(
        .schemaInvalid, "The path or its query cannot be read. Write UTF-8, with %XX for what is no plain character.")
}
