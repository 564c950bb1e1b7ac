internal import CRM
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Schema
internal import Service
internal import ServiceLifecycle

extension HTTPExchange {
    /// In which form events are sent.
    private enum Form {
        /// One page as one object.
        case page
        /// An event per line.
        case lines
        /// Server-sent events.
        case events
    }

    private var form: Form {
        let accepted = request.headers[.accept]?.lowercased() ?? ""
        if accepted.contains(MediaType.events) { return .events }
        return accepted.contains(MediaType.lines) ? .lines : .page
    }

    /// The events behind a position, as `GET /v1/events` asks for them.
    func eventsRequest() throws -> HistoryRequest {
        var form = RequestForm(of: "HistoryRequest")
        try form.set(target.parameters.filter { $0.name != "after" })
        var history = try JSONForm.read(HistoryRequest.self, form.bytes)
        let after = target.parameters.filter { $0.name == "after" }.map(\.value)
        let last = request.headers[.lastEventID]
        guard after.count <= 1, (last == nil && after.isEmpty) || history.from == 0 else {
            throw Refusal(.schemaInvalid, "after stands once, and without from.", field: "after")
        }
        if let after = after.first { history.from = try HTTPExchange.next(behind: after, "after") }
        // What a client of server-sent events says when it comes back wins over what it said at first.
        if let last { history.from = try HTTPExchange.next(behind: last, "Last-Event-ID") }
        return history
    }

    private static func next(behind text: String, _ name: String) throws(Refusal) -> UInt64 {
        guard let position = UInt64(text), position < .max else {
            throw Refusal(.schemaInvalid, "\(name) is the position of the last event that you have.", field: name)
        }
        return position + 1
    }

    /// Events in the form that the request accepts. Server-sent events always go on with new ones.
    func history(_ asked: HistoryRequest) async throws -> HTTPAnswer {
        var asked = asked
        let form = form
        if form == .events { asked.follow = true }
        if form == .page, asked.follow {
            throw Refusal(
                .schemaInvalid, "A page cannot follow. Accept \(MediaType.events) or \(MediaType.lines).",
                field: "follow")
        }
        let reader = try await backend.history(asked, from: caller)
        switch form {
        case .page:
            let page = try await reader.nextPage()
            return try .message(page?.value.message() ?? HistoryPage(), reflects: page?.reflects ?? backend.reflects)
        case .lines: return stream(reader, MediaType.lines, follows: asked.follow, EventLines())
        case .events: return stream(reader, MediaType.events, follows: true, ServerSentEvents())
        }
    }

    private func stream(
        _ reader: any HistoryReader, _ type: String, follows: Bool, _ text: some EventText
    ) -> HTTPAnswer {
        let request = request
        return HTTPAnswer(
            status: .ok, headers: HTTPAnswer.fields(type, reflects: backend.reflects),
            body: ResponseBody { writer in
                if follows {
                    // Nothing need ever be written again, so that a client that has gone is seen by its reading side.
                    try await request.body.consumeWithCancellationOnInboundClose { _ in
                        try await HTTPExchange.write(reader, text, to: &writer)
                    }
                } else {
                    try await HTTPExchange.write(reader, text, to: &writer)
                }
                try await writer.finish(nil)
            })
    }

    /// What the stream waits for.
    private enum Step: Sendable {
        case page(HistoryPage)
        case end
        case refused(Refusal)
        case silence
        case stopping
    }

    /// Writes pages until there are no more, or the service stops.
    private static func write(
        _ reader: any HistoryReader, _ text: some EventText, to writer: inout any ResponseBodyWriter
    ) async throws {
        try await withThrowingTaskGroup(of: Step.self) { group in
            group.addTask { await next(reader) }
            group.addTask { await silence() }
            group.addTask {
                try? await gracefulShutdown()
                return .stopping
            }
            while let step = try await group.next() {
                switch step {
                case .page(let page):
                    for event in page.events { try await writer.write(try text.event(event)) }
                    group.addTask { await next(reader) }
                case .silence:
                    try Task.checkCancellation()
                    if let silence = text.silence { try await writer.write(silence) }
                    group.addTask { await silence() }
                case .refused(let refusal):
                    try await writer.write(text.failure(refusal))
                    return group.cancelAll()
                case .stopping:
                    try await writer.write(text.failure(Refusal(.cancelled, "The service stops. Ask again later.")))
                    return group.cancelAll()
                case .end: return group.cancelAll()
                }
            }
        }
    }

    private static func next(_ reader: any HistoryReader) async -> Step {
        do throws(Refusal) {
            guard let page = try await reader.nextPage() else { return .end }
            return .page(try page.value.message())
        } catch { return .refused(error) }
    }

    private static func silence() async -> Step {
        try? await Task.sleep(for: HTTPLimits.silence)
        return .silence
    }
}

extension HTTPField.Name {
    /// The position from which a client of server-sent events goes on.
    static let lastEventID = own("last-event-id")
}
