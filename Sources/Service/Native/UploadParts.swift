internal import CRM
internal import Schema
internal import Synchronization

/// The frames of one upload, on their way from the connection's event loop to the task that takes them.
final class UploadParts: Sendable {
    /// Frames that may be unanswered, the first one included; part of the protocol.
    static let unansweredMaximum = 4
    /// Bytes of content in one frame; part of the protocol.
    static let contentMaximum = 1 << 20

    /// What arrived, in order; a refusal is the last thing.
    let parts: AsyncStream<Result<PutBodyRequest.OneOf_Part, Refusal>>
    private let continuation: AsyncStream<Result<PutBodyRequest.OneOf_Part, Refusal>>.Continuation
    /// The beginning is one.
    private let unanswered = Mutex(1)

    init() {
        // Never more than may be unanswered.
        (parts, continuation) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// Takes what arrived.
    func add(_ part: PutBodyRequest.OneOf_Part) {
        let count = unanswered.withLock { count in
            count += 1
            return count
        }
        guard count <= Self.unansweredMaximum else {
            return refuse(
                Refusal(
                    .limitExceeded,
                    "\(Self.unansweredMaximum) frames of an upload may be unanswered. Wait for answers."))
        }
        if case .content(let content) = part, content.count > Self.contentMaximum {
            return refuse(
                Refusal(
                    .limitExceeded, "A frame has at most \(Self.contentMaximum) bytes of content.", field: "content"))
        }
        continuation.yield(.success(part))
    }

    /// Ends the upload: what arrives later is not looked at.
    func refuse(_ refusal: Refusal) {
        continuation.yield(.failure(refusal))
        continuation.finish()
    }

    /// A frame was answered.
    func answered() { unanswered.withLock { $0 -= 1 } }

    /// Nothing more will arrive.
    func end() { continuation.finish() }
}
