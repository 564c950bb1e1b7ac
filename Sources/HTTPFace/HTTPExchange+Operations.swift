internal import CRM
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Schema
internal import Service
internal import SwiftProtobuf

/// Work on the whole log: its progress as lines or as server-sent events while it runs.
extension HTTPExchange {
    /// A rebuild.
    @concurrent
    func rebuild(_ asked: RebuildRequest, _ writer: consuming ResponseWriter) async throws {
        try await tell(writer) {
            [backend, caller] (progress: @escaping @Sendable (Answer<RebuildProgress>) -> Void) async throws(Refusal) in
            try await backend.rebuild(asked, from: caller) { progress($0) }
        }
    }

    /// A verification of the log.
    @concurrent
    func verify(_ asked: VerifyRequest, _ writer: consuming ResponseWriter) async throws {
        try await tell(writer) {
            [backend, caller] (progress: @escaping @Sendable (Answer<VerifyProgress>) -> Void) async throws(Refusal) in
            try await backend.verify(asked, from: caller) { progress($0) }
        }
    }

    /// Does work that tells its progress.
    ///
    /// The answer begins with the first news, so that what is refused has the status of its refusal.
    @concurrent
    private func tell<Progress: Message>(
        _ writer: consuming ResponseWriter,
        _ work: @escaping @Sendable (@escaping @Sendable (Answer<Progress>) -> Void) async throws(Refusal) -> Void
    ) async throws {
        let (news, source) = AsyncStream.makeStream(
            of: Answer<Progress>.self, bufferingPolicy: .bufferingNewest(256))
        let isEvents = request.headers[.accept]?.lowercased().contains(MediaType.events) == true
        var pending: ResponseWriter? = consume writer
        try await withThrowingTaskGroup(of: Refusal?.self) { group in
            group.addTask {
                defer { source.finish() }
                // A sample that the client has no room for is left out: the work never waits for its audience.
                do throws(Refusal) {
                    try await work { source.yield($0) }
                    return nil
                } catch {
                    return error
                }
            }
            var iterator = news.makeAsyncIterator()
            let first = await iterator.next()
            guard let writer = pending.take() else { return }
            guard let first else {
                let refusal = try await group.next() ?? nil
                return try await HTTPExchange.write(refusal, reflects: backend.reflects, writer)
            }
            let type = isEvents ? MediaType.events : MediaType.lines
            var body = try await writer.writeHead(
                HTTPResponse(status: .ok, headerFields: HTTPAnswer.fields(type, reflects: first.reflects)))
            var step: Answer<Progress>? = first
            while let progress = step {
                try await body.write(HTTPExchange.line(try JSONForm.bytes(progress.value), isEvents))
                step = await iterator.next()
            }
            if let refusal = try await group.next() ?? nil {
                try await body.write(isEvents ? ServerSentEvents().failure(refusal) : EventLines().failure(refusal))
            }
            try await body.finish(nil)
        }
    }

    /// Work that ended without any news.
    @concurrent
    private static func write(
        _ refusal: Refusal?, reflects: Reflects, _ writer: consuming ResponseWriter
    ) async throws {
        let answer =
            refusal.map { HTTPFailure($0).answer(reflects: reflects) }
            ?? HTTPAnswer(
                status: .ok, headers: HTTPAnswer.fields(MediaType.lines, reflects: reflects), body: ResponseBody())
        try await writer.write(response: answer.head, body: answer.body)
    }

    private static func line(_ bytes: [UInt8], _ isEvents: Bool) -> ByteBuffer {
        var buffer = ByteBuffer(string: isEvents ? "data: " : "")
        buffer.writeBytes(bytes)
        buffer.writeString(isEvents ? "\n\n" : "\n")
        return buffer
    }
}
