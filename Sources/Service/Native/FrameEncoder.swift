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
        let length = complete.results?.reduce(0) { $0 + $1.count }
        let envelope: [UInt8]? = try? Response(complete.id, reflects: complete.reflects, nil).encoded()
        guard let results = complete.results, let length, var bytes = envelope else {
            return refuse(complete, bytes: 0, to: &buffer)
        }
        // The field of `Response` that holds the `SubmitResponse`, and its length: a field of a higher number than
        // those before it.
        bytes.append(UInt8(4 << 3 | 2))
        var rest = length
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
        guard bytes.count + length <= NativeLimits.maximumMessageLength else {
            return refuse(complete, bytes: bytes.count + length, to: &buffer)
        }
        buffer.reserveCapacity(minimumWritableBytes: 4 + bytes.count + length)
        buffer.writeInteger(UInt32(bytes.count + length), endianness: .little)
        buffer.writeBytes(bytes)
        for result in results { buffer.writeBytes(result) }
    }

    private static func refuse(_ complete: OpenSubmissions.Complete, bytes: Int, to buffer: inout ByteBuffer) {
        append(Response(complete.id, reflects: complete.reflects, .error(tooLarge(bytes).answer)), to: &buffer)
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
