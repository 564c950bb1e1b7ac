internal import BodyStore
package import CRM
internal import EventLog
internal import FoundationEssentials
package import Schema
internal import Synchronization

/// Takes the content of one item, in order.
package protocol BodyReceiver: Sendable {
    /// Takes the next bytes.
    ///
    /// - Returns: how many have arrived so far.
    /// - Throws: BODY_MISMATCH where they are more than was announced, DISK_FULL.
    func append(_ content: [UInt8]) async throws(Refusal) -> UInt64
    /// Everything has arrived: the item is on stable storage when this returns.
    ///
    /// - Parameter hash: SHA-256 of the content; nil where it is not compared.
    /// - Throws: BODY_MISMATCH, BODY_TAKEN, DISK_FULL.
    func finish(contentHash hash: [UInt8]?) async throws(Refusal) -> Answer<BodyReference>
}

/// Gives the content of one item, piece by piece: nothing is read before it is asked for.
package protocol BodyPieces: Sendable {
    /// What is read.
    var body: BodyReference { get }
    /// The next piece, the first one with the reference; nil behind the last one. An empty item has one empty piece.
    ///
    /// - Throws: DAMAGED.
    func next() async throws(Refusal) -> GetBodyResponse?
}

/// An upload into the content store, away from the threads of connections.
final class BodyUploading: BodyReceiver {
    private let upload: BodyUpload
    private let context: LogContext
    /// The uploads that there are.
    private let open: OpenWork

    /// - Parameter open: has been entered for this upload; it is left when the upload is given up or done.
    init(_ upload: BodyUpload, _ context: LogContext, open: OpenWork) {
        self.upload = upload
        self.context = context
        self.open = open
    }

    deinit { open.leave() }

    func append(_ content: [UInt8]) async throws(Refusal) -> UInt64 {
        try await BlockingWork.run { [upload] () throws(Refusal) in
            do throws(BodyStoreError) { try upload.append(content) } catch { throw Refusal(error) }
            return UInt64(upload.received)
        }
    }

    func finish(contentHash hash: [UInt8]?) async throws(Refusal) -> Answer<BodyReference> {
        let stored = try await BlockingWork.run { [upload, context] () throws(Refusal) in
            do throws(BodyStoreError) {
                return try upload.finish(contentHash: hash, at: context.clock.now())
            } catch { throw Refusal(error) }
        }
        return Answer(BodyReference(stored), .log(context.log))
    }
}

/// A body on its way out.
final class BodyReading: BodyPieces {
    let body: BodyReference
    private let state: Mutex<State>

    private struct State {
        var reader: BodyReader
        var offset: UInt64 = 0
    }

    init(_ body: BodyReference, _ reader: BodyReader) {
        self.body = body
        state = Mutex(State(reader: reader))
    }

    func next() async throws(Refusal) -> GetBodyResponse? {
        try await BlockingWork.run { [self] () throws(Refusal) in try nextNow() }
    }

    private func nextNow() throws(Refusal) -> GetBodyResponse? {
        try state.withLock { (state) throws(Refusal) -> GetBodyResponse? in
            let content: [UInt8]?
            do throws(BodyStoreError) { content = try state.reader.next() } catch { throw Refusal(error) }
            guard let content else { return nil }
            var response = GetBodyResponse()
            if state.offset == 0 { response.body = body }
            response.offset = state.offset
            response.content = Data(content)
            state.offset += UInt64(content.count)
            return response
        }
    }
}
