package import CRM
internal import NIOCore
package import Schema
internal import SwiftProtobuf

/// Makes frames of answers.
enum FrameEncoder {
    /// Appends a frame with this response.
    ///
    /// A response that cannot be sent (larger than a frame) becomes the error that says so: a request is always
    /// answered.
    static func append(_ response: Response, to buffer: inout ByteBuffer) {
        let bytes: [UInt8]? = try? response.encoded()
        guard let bytes, bytes.count <= NativeLimits.maximumMessageLength else {
            let refusal = tooLarge(bytes?.count ?? 0)
            let substitute = Response(response.id, reflects: response.reflects, .error(refusal.answer))
            // An error of this size always fits, so this does not recur a second time.
            return append(substitute, to: &buffer)
        }
        buffer.writeInteger(UInt32(bytes.count), endianness: .little)
        buffer.writeBytes(bytes)
    }

    /// Appends the answer to a frame of commands, whose results are encoded already.
    static func append(_ complete: OpenSubmissions.Complete, to buffer: inout ByteBuffer) {
        let envelope = Response(complete.id, reflects: complete.reflects, nil)
        append(envelope, ResponseField.submit, complete.results, to: &buffer)
    }

    /// A frame with a page of history, which is encoded already.
    static func frame(_ id: UInt64, _ page: Answer<EncodedHistoryPage>) -> ByteBuffer {
        var buffer = ByteBuffer()
        let envelope = Response(id, last: false, reflects: page.reflects, nil)
        append(envelope, ResponseField.history, [page.value.bytes], to: &buffer)
        return buffer
    }

    /// The numbers of fields of `Response` that are not made as messages. They stand behind those of the envelope.
    private enum ResponseField {
        static let submit = 4
        static let history = 8
    }

    /// Appends a response: its envelope, and a field of it that is encoded already, in parts; nil where it could not be.
    private static func append(_ envelope: Response, _ field: Int, _ parts: [[UInt8]]?, to buffer: inout ByteBuffer) {
        let fields: [UInt8]? = try? envelope.encoded()
        let length = parts?.reduce(0) { $0 + $1.count } ?? 0
        var head = WireWriter()
        head.append(encoded: fields ?? [])
        head.append(field, lengthOfWhatFollows: length)
        let count = head.bytes.count + length
        guard fields != nil, let parts, count <= NativeLimits.maximumMessageLength else {
            let refusal = tooLarge(parts == nil ? 0 : count)
            return append(Response(envelope.id, reflects: envelope.reflects, .error(refusal.answer)), to: &buffer)
        }
        buffer.reserveCapacity(minimumWritableBytes: 4 + count)
        buffer.writeInteger(UInt32(count), endianness: .little)
        buffer.writeBytes(head.bytes)
        for part in parts { buffer.writeBytes(part) }
    }

    private static func tooLarge(_ bytes: Int) -> Refusal {
        Refusal(
            .limitExceeded, "The answer has \(bytes) bytes; a frame holds 4 MiB (4194304). Ask for less at once.")
    }

    /// A frame with this response.
    static func frame(_ response: Response) -> ByteBuffer {
        var buffer = ByteBuffer()
        append(response, to: &buffer)
        return buffer
    }
}

extension Response {
    /// An answer that ends its request (or, with `last` false, a part of one).
    init(_ id: UInt64, last: Bool = true, reflects: Reflects, _ body: OneOf_Response?) {
        self.init()
        self.id = id
        self.last = last
        self.reflects = reflects
        response = body
    }
}

extension Refusal {
    /// The refusal as a caller gets it: the code decides whether a retry can help.
    package var answer: ErrorDetail {
        var answer = detail
        answer.retryHelps = code.retryHelps
        return answer
    }
}
