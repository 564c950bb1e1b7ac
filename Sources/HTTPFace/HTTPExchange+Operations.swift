internal import CRM
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Schema
internal import Service
internal import SwiftProtobuf

/// Work that tells its progress: as lines or as server-sent events while it runs.
extension HTTPExchange {
    /// A piece of news of an operation, in JSON.
    struct News: Sendable {
        let json: [UInt8]
        let reflects: Reflects

        fileprivate init(_ answer: Answer<some Message>) throws {
            json = try JSONForm.bytes(answer.value)
            reflects = answer.reflects
        }
    }

    /// Runs an operation to its end and gives its news away.
    typealias Operation =
        @Sendable (_ tell: @escaping @Sendable (Result<News, any Error>) -> Void) async throws(Refusal) -> Void

    /// Whether the request begins an operation.
    var isOperation: Bool { [.rebuild, .verify, .backup].contains(route.target) }

    /// The operation that the request asks for.
    func operation() async throws -> Operation {
        let (backend, caller) = (backend, caller)
        switch route.target {
        case .backup:
            let asked = try await requestMessage(BackupRequest.self, "BackupRequest")
            return { tell throws(Refusal) in
                try await backend.backup(asked, from: caller) { step in tell(HTTPExchange.news(step)) }
            }
        case .verify:
            let asked = try await requestMessage(VerifyRequest.self, "VerifyRequest")
            return { tell throws(Refusal) in
                try await backend.verify(asked, from: caller) { step in tell(HTTPExchange.news(step)) }
            }
        default:
            let asked = try await requestMessage(RebuildRequest.self, "RebuildRequest")
            return { tell throws(Refusal) in
                try await backend.rebuild(asked, from: caller) { step in tell(HTTPExchange.news(step)) }
            }
        }
    }

    private static func news(_ answer: Answer<some Message>) -> Result<News, any Error> {
        Result { try News(answer) }
    }

    /// Runs an operation.
    ///
    /// The answer begins with the first news, so that what is refused has the status of its refusal.
    ///
    /// - Returns: the status of the answer.
    @concurrent
    func run(
        _ operation: @escaping Operation, _ writer: consuming ResponseWriter
    ) async throws -> HTTPResponse.Status {
        let (news, source) = AsyncStream.makeStream(
            of: Result<News, any Error>.self, bufferingPolicy: .bufferingNewest(256))
        let isEvents = request.headers[.accept]?.lowercased().contains(MediaType.events) == true
        var pending: ResponseWriter? = consume writer
        return try await withThrowingTaskGroup(of: Refusal?.self) { group in
            group.addTask {
                defer { source.finish() }
                // A sample that the client has no room for is left out: an operation never waits for its audience.
                do throws(Refusal) {
                    try await operation { source.yield($0) }
                    return nil
                } catch {
                    return error
                }
            }
            var iterator = news.makeAsyncIterator()
            let first = await iterator.next()
            guard let writer = pending.take() else { return .ok }
            guard let first else {
                let refusal = try await group.next() ?? nil
                return try await HTTPExchange.write(refusal, reflects: backend.reflects, writer)
            }
            let type = isEvents ? MediaType.events : MediaType.lines
            var body = try await writer.writeHead(
                HTTPResponse(status: .ok, headerFields: HTTPAnswer.fields(type, reflects: try first.get().reflects)))
            var step: Result<News, any Error>? = first
            while let progress = step {
                try await body.write(HTTPExchange.line(try progress.get().json, isEvents))
                step = await iterator.next()
            }
            if let refusal = try await group.next() ?? nil {
                try await body.write(isEvents ? ServerSentEvents().failure(refusal) : EventLines().failure(refusal))
            }
            try await body.finish(nil)
            return .ok
        }
    }

    /// An operation that ended without any news.
    @concurrent
    private static func write(
        _ refusal: Refusal?, reflects: Reflects, _ writer: consuming ResponseWriter
    ) async throws -> HTTPResponse.Status {
        let answer =
            refusal.map { HTTPFailure($0).answer(reflects: reflects) }
            ?? HTTPAnswer(
                status: .ok, headers: HTTPAnswer.fields(MediaType.lines, reflects: reflects), body: ResponseBody())
        try await writer.write(response: answer.head, body: answer.body)
        return answer.status
    }

    private static func line(_ bytes: [UInt8], _ isEvents: Bool) -> ByteBuffer {
        var buffer = ByteBuffer(string: isEvents ? "data: " : "")
        buffer.writeBytes(bytes)
        buffer.writeString(isEvents ? "\n\n" : "\n")
        return buffer
    }
}
