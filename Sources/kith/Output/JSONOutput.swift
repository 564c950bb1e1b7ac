internal import Schema
internal import SwiftProtobuf

/// Messages of the schema in protobuf's JSON mapping, one per line.
enum JSONOutput {
    static func bytes(_ message: some Message) throws(Failure) -> [UInt8] {
        do {
            return try message.jsonUTF8Bytes()
        } catch {
            throw .refused("the answer cannot be shown as JSON: \(error)", code: ErrorCode.internal.label)
        }
    }

    static func print(_ message: some Message) throws(Failure) {
        try Console.standard.line(utf8: bytes(message))
    }
}
