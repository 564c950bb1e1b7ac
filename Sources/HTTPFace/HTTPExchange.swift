internal import CRM
internal import HTTPTypes
internal import HummingbirdCore
internal import MetricsExposition
internal import NIOCore
internal import Schema
internal import Service
internal import SwiftProtobuf

/// One request with everything that is needed to answer it.
struct HTTPExchange: Sendable {
    let backend: any ServiceBackend
    /// Connections of the face, for the status.
    let connections: Int
    let caller: CallerIdentity
    let route: Route
    let target: RequestTarget
    let request: HummingbirdCore.Request

    /// The body is larger than anything that is taken.
    static let tooLarge = HTTPFailure(
        Refusal(.limitExceeded, "The body is larger than \(HTTPLimits.bodyBytes) bytes. Send less at once."))

    /// Refuses a request that says beforehand that its body is too large: nothing of it is then asked for.
    func requireFitting() throws(HTTPFailure) {
        guard let length = request.headers[.contentLength].flatMap({ Int($0) }) else { return }
        if route.target == .putBody {
            guard length > HTTPLimits.itemBytes else { return }
            throw HTTPFailure(
                Refusal(
                    .limitExceeded, "A body has at most \(HTTPLimits.itemBytes) bytes. Send it in parts.", field: "size"
                ))
        }
        // Lines are taken one by one.
        guard length > HTTPLimits.bodyBytes, !HTTPExchange.isLines(request.headers[.contentType]) else { return }
        throw HTTPExchange.tooLarge
    }

    /// Whether a type is that of lines, each with an object of its own.
    static func isLines(_ type: String?) -> Bool { type?.lowercased().hasPrefix(MediaType.lines) == true }

    /// Answers the request.
    ///
    /// - Throws: what is refused, or an error of the connection.
    func answer() async throws -> HTTPAnswer {
        switch route.target {
        case .commands:
            try refuseParameters()
            return HTTPExchange.isLines(request.headers[.contentType]) ? commandLines() : try await command()
        case .query(let name): return try await query(name)
        case .status:
            var form = RequestForm(of: "StatusRequest")
            try form.set(target.parameters)
            return try await once(.status(try JSONForm.read(StatusRequest.self, form.bytes)))
        case .record: return try await record()
        case .records:
            var form = RequestForm(of: "ListRequest")
            try form.set(kind: target.segments[2])
            try form.set(target.parameters)
            return try await once(.list(try kindChecked(ListRequest.self, form)))
        case .customer:
            var form = RequestForm(of: "CustomerRequest")
            try form.set(reference: target.segments[2], at: "party")
            try form.set(target.parameters)
            return try await once(.customer(try JSONForm.read(CustomerRequest.self, form.bytes)))
        case .history: return try await history(try await requestMessage(HistoryRequest.self, "HistoryRequest"))
        case .events: return try await history(try eventsRequest())
        case .putBody: return try await putBody()
        case .getBody: return try await getBody()
        case .metrics:
            try refuseParameters()
            return .text(try await backend.metricsText(from: caller), type: TextExposition.mediaType)
        case .probe(let probe): return probe.answer(backend.health)
        case .rebuild, .verify, .backup: throw Refusal(.internal, "An operation writes its own answer.")
        }
    }

    // MARK: Queries

    private func query(_ name: String) async throws -> HTTPAnswer {
        guard let query = NamedQuery.named(name) else {
            throw HTTPFailure(Refusal(.notFound, "There is no such query."))
        }
        let bytes: [UInt8]
        if route.method == "GET" {
            var form = RequestForm(of: query.message)
            try form.set(target.parameters)
            bytes = form.bytes
        } else {
            try refuseParameters()
            bytes = try await body()
        }
        return try await once(try query.read(bytes))
    }

    private func once(_ query: Schema.Request.OneOf_Request) async throws -> HTTPAnswer {
        let answer = try await backend.answerOnce(query, from: caller, connections: connections)
        return .json(try JSONForm.bytes(of: answer.value), reflects: answer.reflects)
    }

    private func record() async throws -> HTTPAnswer {
        var form = RequestForm(of: "GetRequest")
        try form.set(kind: target.segments[2])
        try form.set(reference: target.segments[3], at: "reference")
        try form.set(target.parameters)
        let answer = try await backend.get(try kindChecked(GetRequest.self, form), from: caller)
        let tag = EntityTag(revision: answer.value.record.revision)
        var response: HTTPAnswer
        if EntityTag.list(request.headers[.ifNoneMatch])?.contains(tag) == true {
            response = HTTPAnswer(
                status: .notModified, headers: HTTPAnswer.fields(MediaType.json, reflects: answer.reflects),
                body: ResponseBody())
        } else {
            response = try .message(answer.value.record, reflects: answer.reflects)
        }
        response.headers[.eTag] = tag.text
        return response
    }

    /// A message whose kind of aggregate stands in the path: an unknown one is a path that leads nowhere.
    private func kindChecked<M: Message>(_ type: M.Type, _ form: RequestForm) throws -> M {
        var plain = RequestForm(of: "ListRequest")
        try plain.set(kind: target.segments[2])
        guard (try? JSONForm.read(ListRequest.self, plain.bytes)) != nil else { throw RequestForm.unknownKind }
        return try JSONForm.read(type, form.bytes)
    }

    // MARK: Reading the request

    /// The whole body.
    func body() async throws -> [UInt8] {
        let buffer = try await request.body.collect(upTo: HTTPLimits.bodyBytes)
        return Array(buffer.readableBytesView)
    }

    /// A message from the body, or with GET from the parameters.
    func requestMessage<M: Message>(_ type: M.Type, _ name: String) async throws -> M {
        guard route.method == "GET" else {
            try refuseParameters()
            return try JSONForm.read(type, try await body())
        }
        var form = RequestForm(of: name)
        try form.set(target.parameters)
        return try JSONForm.read(type, form.bytes)
    }

    private func refuseParameters() throws(Refusal) {
        guard let first = target.parameters.first else { return }
        let name = String(first.name.prefix(64))
        throw Refusal(.schemaInvalid, "There is no parameter \(name) here; everything stands in the body.", field: name)
    }
}
