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
            let refusal = Refusal(
                .limitExceeded,
                "The answer has \(bytes?.count ?? 0) bytes; a frame holds 4 MiB (4194304). Ask for less at once.")
            let substitute = Response(response.id, reflects: response.reflects, .error(refusal.answer))
            // An error of this size always fits, so this does not recur a second time.
            return append(substitute, to: &buffer)
        }
        buffer.writeInteger(UInt32(bytes.count), endianness: .little)
        buffer.writeBytes(bytes)
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
