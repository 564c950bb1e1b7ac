internal import CRM
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Schema
internal import Service
internal import ServiceLifecycle

extension HTTPExchange {
    /// One command, one answer.
    func command() async throws -> HTTPAnswer {
        let bytes = try await body()
        var command = try JSONForm.read(Command.self, bytes)
        let precondition = try Precondition(request.headers)
        try precondition?.apply(to: &command)
        let exchange = CommandExchange()
        guard let tag = exchange.begin([nil], bytes: 0) else { throw Refusal(.internal, "The command was not sent.") }
        backend.submit([command], bytes: bytes.count, from: caller, to: exchange, tag: tag)
        guard let result = await exchange.next()?.first else {
            throw Refusal(.internal, "The command has no answer. Send it again under the same id.")
        }
        if case .refused(let detail)? = result.outcome {
            var refusal = Refusal(detail.code, detail.sentence)
            refusal.detail = detail
            guard precondition != nil, detail.code == .revisionConflict else { throw HTTPFailure(refusal) }
            throw HTTPFailure(.preconditionFailed, refusal)
        }
        return try .message(result, reflects: backend.reflects)
    }

    /// A command per line, an answer per line in the same order, while more lines come.
    func commandLines() -> HTTPAnswer {
        HTTPAnswer(
            status: .ok, headers: HTTPAnswer.fields(MediaType.lines, reflects: backend.reflects),
            body: ResponseBody { writer in
                let exchange = CommandExchange { backend.commandWindow }
                try await withThrowingTaskGroup { group in
                    // However this ends: whoever waits for room does not wait for ever.
                    defer { exchange.close() }
                    group.addTask {
                        defer { exchange.finish() }
                        try await submitLines(to: exchange)
                        return true
                    }
                    group.addTask {
                        // What was taken is answered; the rest is not read any more.
                        try? await gracefulShutdown()
                        exchange.finish()
                        return false
                    }
                    while let results = await exchange.next() {
                        try await writer.write(try HTTPExchange.lines(results))
                    }
                    // Where the reading failed, the answer is not whole, and the connection says so by closing.
                    _ = try await group.next()
                    group.cancelAll()
                }
                try await writer.finish(nil)
            })
    }

    /// Reads the body and submits its lines, as many at a time as came together, but never so many that another
    /// connection waits for long: see `HTTPLimits.slice`.
    private func submitLines(to exchange: CommandExchange) async throws {
        var splitter = LineSplitter()
        var slice = HTTPSlice()
        for try await chunk in request.body {
            var rest = splitter.lines(in: chunk)[...]
            // Of the lines that end here; what of the chunk belongs to the next one counts here as well.
            let bytes = chunk.readableBytes / max(1, rest.count)
            while !rest.isEmpty {
                let piece = rest.prefix(max(1, min(HTTPLimits.pieceLines, HTTPLimits.pieceBytes / max(1, bytes))))
                guard await submit(piece, bytes: bytes * piece.count, to: exchange) else { return }
                rest = rest.dropFirst(piece.count)
                await slice.giveWay()
            }
        }
        if let last = splitter.last() { _ = await submit([last], bytes: 0, to: exchange) }
    }

    /// False where no more is taken.
    private func submit(
        _ lines: ArraySlice<LineSplitter.Line>, bytes: Int, to exchange: CommandExchange
    ) async -> Bool {
        guard await exchange.room() else { return false }
        var sound: [Command] = []
        let results = lines.map { line -> CommandResult? in
            do throws(Refusal) {
                sound.append(try HTTPExchange.command(in: line))
                return nil
            } catch {
                var result = CommandResult()
                result.refused = error.answer
                return result
            }
        }
        guard let tag = exchange.begin(results, bytes: bytes) else { return false }
        if sound.isEmpty {
            // The same way as every other answer, so that it cannot overtake one of an earlier line.
            exchange.deliver([SubmitReply(tag: tag, results: [], reflects: backend.reflects)])
        } else {
            backend.submit(sound, bytes: bytes, from: caller, to: exchange, tag: tag)
        }
        return true
    }

    private static func command(in line: LineSplitter.Line) throws(Refusal) -> Command {
        switch line {
        case .text(let bytes): return try JSONForm.read(Command.self, bytes)
        case .tooLong:
            throw Refusal(.limitExceeded, "The line is longer than \(HTTPLimits.bodyBytes) bytes. Send less at once.")
        }
    }

    private static func lines(_ results: [CommandResult]) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        for result in results {
            buffer.writeBytes(try JSONForm.bytes(result))
            buffer.writeInteger(UInt8(ascii: "\n"))
        }
        return buffer
    }
}
