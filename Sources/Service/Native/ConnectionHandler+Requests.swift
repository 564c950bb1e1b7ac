internal import CRM
internal import NIOCore
internal import Schema
internal import SwiftProtobuf

/// How each kind of request is begun.
extension ConnectionHandler {
    /// Takes one request.
    ///
    /// - Throws: where client and service no longer agree which requests are open; the connection is closed then.
    func take(_ frame: FrameDecoder.Frame) throws(Refusal) {
        switch frame {
        case .request(let request, let bytes): try take(request, bytes: bytes)
        case .commands(let frame): try take(frame)
        }
    }

    /// - Throws: where no request may have this id now.
    func requireFree(_ id: UInt64) throws(Refusal) {
        guard id != 0 else {
            throw Refusal(.schemaInvalid, "A request has no id. Give every open request an id of its own, not 0.")
        }
        guard !requests.contains(id) else {
            throw Refusal(.schemaInvalid, "Request id \(id) is still open. Give every open request an id of its own.")
        }
    }

    private func take(_ request: Request, bytes: Int) throws(Refusal) {
        let id = request.id
        guard id != 0 else { return try requireFree(id) }
        // Messages about a request that has just been answered are no mistake: they were sent before.
        switch request.request {
        case .credit(let credit)?: return requests.gate(of: id)?.add(credit: credit.frames) ?? ()
        case .cancel?: return requests.cancel(id)
        case .putBody(let put)?: return try takeUpload(request, put)
        default: break
        }
        try requireFree(id)
        if case .submit(let submit)? = request.request, request.unknownFields.data.isEmpty {
            guard submit.unknownFields.data.isEmpty else {
                return refuse(
                    id, Refusal(.schemaInvalid, "SubmitRequest holds a field that this version does not know."))
            }
            return try take(CommandFrame(id: id, bytes: bytes, commands: submit.commands))
        }
        if let refusal = ConnectionHandler.defect(in: request) { return refuse(id, refusal) }
        begin(request, bytes: bytes)
    }

    static func defect(in request: Request) -> Refusal? {
        guard request.request != nil else {
            return request.unknownFields.data.isEmpty
                ? Refusal(.schemaInvalid, "The request is empty. Set one of the fields of Request.")
                : Refusal(
                    .unknownCommand, "This version does not know this kind of request. Check the service's version.")
        }
        return MessageForm.defect(in: request).map { Refusal($0) }
    }

    // MARK: Queries and streams

    private func begin(_ request: Request, bytes: Int) {
        guard let output else { return }
        let id = request.id
        let (backend, caller) = (services.backend, caller)
        switch request.request {
        case .history(let history)?:
            stream(id) { gate throws(Refusal) in
                let reader = try await backend.history(history, from: caller)
                while await gate.take(), let page = try await reader.nextPage() {
                    output.send(id, page)
                }
            }
        case .rebuild(let rebuild)?:
            stream(id) { gate throws(Refusal) in
                try await backend.rebuild(rebuild, from: caller) { progress in
                    // A sample that the client has no room for is left out: a rebuild never waits for its audience.
                    guard progress.value.done || gate.takeNow() else { return }
                    output.send(Response(id, last: false, reflects: progress.reflects, .rebuild(progress.value)))
                }
            }
        case .backup(let backup)?:
            stream(id) { gate throws(Refusal) in
                try await backend.backup(backup, from: caller) { progress in
                    // As with a rebuild: a backup does not wait for its audience.
                    guard progress.value.done || gate.takeNow() else { return }
                    output.send(Response(id, last: false, reflects: progress.reflects, .backup(progress.value)))
                }
            }
        case .verify(let verify)?:
            stream(id) { gate throws(Refusal) in
                try await backend.verify(verify, from: caller) { progress in
                    guard progress.value.done || gate.takeNow() else { return }
                    output.send(Response(id, last: false, reflects: progress.reflects, .verify(progress.value)))
                }
            }
        case .getBody(let get)?:
            stream(id) { gate throws(Refusal) in
                let pieces = try await backend.getBody(get, from: caller)
                while await gate.take(), let piece = try await pieces.next() {
                    output.send(Response(id, last: false, reflects: backend.reflects, .getBody(piece)))
                }
            }
        case .submit?, .credit?, .cancel?, .putBody?, nil:
            // Taken care of before.
            break
        case .some(let query):
            let connections = services.work
            self.query(id, bytes) { () throws(Refusal) in
                let answer = try await backend.answerOnce(query, from: caller, connections: connections.count)
                output.send(Response(id, reflects: answer.reflects, answer.value))
            }
        }
    }

    /// Begins a task that answers once.
    private func query(
        _ id: UInt64, _ bytes: Int, _ body: @escaping @Sendable () async throws(Refusal) -> Void
    ) {
        guard let task = task(id, body) else { return }
        requests.add(id, .query(task), bytes: bytes)
    }

    /// Begins a task that answers with frames as the gate lets them through; the last one is empty.
    private func stream(
        _ id: UInt64, _ body: @escaping @Sendable (StreamGate) async throws(Refusal) -> Void
    ) {
        guard requests.takesStream else { return refuse(id, tooManyStreams) }
        let gate = StreamGate(credit: NativeLimits.initialCredit, isWritable: isWritable)
        let (backend, output) = (services.backend, output)
        let task = task(id) { () throws(Refusal) in
            try await body(gate)
            guard !Task.isCancelled else { throw ConnectionHandler.cancelled }
            output?.send(Response(id, reflects: backend.reflects, nil))
        }
        guard let task else { return }
        requests.add(id, .stream(task, gate), bytes: 0)
    }

    /// A task of its own per query. It is made on the event loop, where there is no task group to add it to; its
    /// handle stands in the table of open requests, so that it ends with the request or the connection, and the
    /// server's `run` waits for it.
    func task(
        _ id: UInt64, _ body: @escaping @Sendable () async throws(Refusal) -> Void
    ) -> Task<Void, Never>? {
        guard let output, services.tasks.enter() else { return nil }
        let (services, readSource) = (services, readSource)
        return Task {
            let error = await ReadSource.$current.withValue(readSource) { () async -> Refusal? in
                do throws(Refusal) {
                    try await body()
                    return nil
                } catch {
                    return error
                }
            }
            if let error {
                let refusal = Task.isCancelled ? ConnectionHandler.cancelled : error
                output.send(Response(id, reflects: services.backend.reflects, .error(refusal.answer)))
            }
            services.tasks.leave()
        }
    }

    var tooManyStreams: Refusal {
        Refusal(
            .limitExceeded, "The connection has \(services.limits.streams) streams already. End one, or connect again.")
    }

    static var cancelled: Refusal { Refusal(.cancelled, "The request was cancelled.") }
}

extension Refusal {
    init(_ defect: FormDefect) { self.init(defect.code, defect.sentence) }
}
