internal import Schema

/// What one caller waits for.
typealias CallResult = Result<Response, KithClientError>
/// What the consumer of a stream waits for: a frame, nil at the end.
typealias FrameResult = Result<Response?, KithClientError>

/// The open requests of a connection: a value without a clock, lock or socket, driven by `ClientConnection`.
///
/// Every request that was put in gets exactly one result (a stream: exactly one end), whatever happens to the
/// connection. What there is to resume is returned to the driver, which does it outside its lock.
struct CallTable {
    /// A continuation and what it gets.
    enum Wake {
        case call(CheckedContinuation<CallResult, Never>, CallResult)
        case stream(CheckedContinuation<FrameResult, Never>, FrameResult)

        func resume() {
            switch self {
            case .call(let continuation, let result): continuation.resume(returning: result)
            case .stream(let continuation, let result): continuation.resume(returning: result)
            }
        }
    }

    private enum Entry {
        /// Sent; the caller does not wait yet.
        case sent
        case waiting(CheckedContinuation<CallResult, Never>)
        /// Answered before the caller waited.
        case answered(CallResult)
        case stream(StreamEntry)
        /// The caller has gone; the answer will be dropped.
        case abandoned
    }

    private struct StreamEntry {
        var frames: [Response] = []
        var waiter: CheckedContinuation<FrameResult, Never>?
        /// Set once the service has ended the stream.
        var end: FrameResult?
    }

    private var entries: [UInt64: Entry] = [:]
    /// Why the connection ended; nil while it stands.
    private(set) var failure: KithClientError?

    // MARK: Callers

    mutating func openCall(_ id: UInt64) { entries[id] = .sent }

    mutating func openStream(_ id: UInt64) { entries[id] = .stream(StreamEntry()) }

    /// The caller of `id` now waits with this continuation.
    mutating func wait(for id: UInt64, _ continuation: CheckedContinuation<CallResult, Never>) -> Wake? {
        switch entries[id] {
        case .sent:
            entries[id] = .waiting(continuation)
            return nil
        case .answered(let result):
            entries[id] = nil
            return .call(continuation, result)
        case .abandoned:
            return .call(continuation, .failure(.cancelled))
        case .waiting, .stream, nil:
            return .call(continuation, .failure(failure ?? .cancelled))
        }
    }

    /// The consumer of the stream `id` now waits with this continuation.
    mutating func waitForFrame(of id: UInt64, _ continuation: CheckedContinuation<FrameResult, Never>) -> Wake? {
        guard case .stream(var stream)? = entries[id] else {
            return .stream(continuation, .failure(failure ?? .cancelled))
        }
        if !stream.frames.isEmpty {
            let frame = stream.frames.removeFirst()
            entries[id] = .stream(stream)
            return .stream(continuation, .success(frame))
        }
        if let end = stream.end {
            entries[id] = nil
            return .stream(continuation, end)
        }
        stream.waiter = continuation
        entries[id] = .stream(stream)
        return nil
    }

    /// The caller of `id` gives up. `cancels` says whether the service should be told.
    mutating func abandon(_ id: UInt64) -> (wake: Wake?, cancels: Bool) {
        switch entries[id] {
        case .sent:
            entries[id] = .abandoned
            return (nil, true)
        case .waiting(let continuation):
            entries[id] = .abandoned
            return (.call(continuation, .failure(.cancelled)), true)
        case .stream(let stream):
            entries[id] = stream.end == nil ? .abandoned : nil
            let wake = stream.waiter.map { Wake.stream($0, .failure(.cancelled)) }
            return (wake, stream.end == nil)
        case .answered, .abandoned, nil:
            return (nil, false)
        }
    }

    // MARK: The connection

    /// Takes a frame of the service.
    ///
    /// - Throws: where the frame belongs to no open request: the two sides no longer agree.
    mutating func receive(_ response: Response) throws(KithClientError) -> Wake? {
        let id = response.id
        if id == 0 {
            guard case .error(let detail)? = response.response else {
                throw .protocolViolation("The service sent a frame without a request id.")
            }
            throw .refused(detail)
        }
        switch entries[id] {
        case .sent, .waiting:
            return try receiveAnswer(response)
        case .stream(let stream):
            return receiveFrame(response, stream)
        case .abandoned:
            if response.last { entries[id] = nil }
            return nil
        case .answered, nil:
            throw .protocolViolation("The service sent a frame for a request that is not open.")
        }
    }

    private mutating func receiveAnswer(_ response: Response) throws(KithClientError) -> Wake? {
        guard response.last else { throw .protocolViolation("The service sent a part where one answer was expected.") }
        let result: CallResult
        if case .error(let detail)? = response.response {
            result = .failure(.refused(detail))
        } else {
            result = .success(response)
        }
        if case .waiting(let continuation)? = entries.removeValue(forKey: response.id) {
            return .call(continuation, result)
        }
        entries[response.id] = .answered(result)
        return nil
    }

    private mutating func receiveFrame(_ response: Response, _ entry: StreamEntry) -> Wake? {
        var stream = entry
        // A last frame may still hold an element; without a body it only says that the stream is at its end.
        if case .error(let detail)? = response.response {
            stream.end = .failure(.refused(detail))
        } else {
            if response.response != nil { stream.frames.append(response) }
            if response.last { stream.end = .success(nil) }
        }
        guard let waiter = stream.waiter else {
            entries[response.id] = .stream(stream)
            return nil
        }
        stream.waiter = nil
        if !stream.frames.isEmpty {
            let frame = stream.frames.removeFirst()
            entries[response.id] = .stream(stream)
            return .stream(waiter, .success(frame))
        }
        if let end = stream.end {
            entries[response.id] = nil
            return .stream(waiter, end)
        }
        stream.waiter = waiter
        entries[response.id] = .stream(stream)
        return nil
    }

    /// The connection has ended: everything that is open fails. Streams first give out the frames they hold.
    mutating func fail(_ error: KithClientError) -> [Wake] {
        guard failure == nil else { return [] }
        failure = error
        var wakes: [Wake] = []
        for (id, entry) in entries {
            switch entry {
            case .sent:
                entries[id] = .answered(.failure(error))
            case .waiting(let continuation):
                entries[id] = nil
                wakes.append(.call(continuation, .failure(error)))
            case .stream(var stream):
                if stream.end == nil { stream.end = .failure(error) }
                if let waiter = stream.waiter {
                    entries[id] = nil
                    wakes.append(.stream(waiter, .failure(error)))
                } else {
                    entries[id] = .stream(stream)
                }
            case .answered:
                break
            case .abandoned:
                entries[id] = nil
            }
        }
        return wakes
    }
}
