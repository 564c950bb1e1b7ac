internal import CRM
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Schema
internal import Service

/// How the callers of a connection are told apart.
enum HTTPIdentification: Sendable {
    /// Everything that comes over the connection is from this caller.
    case peer(CallerIdentity)
    /// Every request says by its token whose it is.
    case tokens(BearerTokens)
}

/// One connection: its requests are answered one after the other.
struct HTTPConnection: Sendable {
    private let http: HTTP1Channel
    private let value: HTTP1Channel.Value
    private let services: HTTPServices

    /// Prepares a channel for HTTP. On its event loop.
    static func make(
        _ channel: any Channel, _ identification: HTTPIdentification, _ services: HTTPServices
    ) -> EventLoopFuture<HTTPConnection> {
        let responder = Responder(
            services: services, identification: identification, isAdmitted: services.add(channel))
        let http = HTTP1Channel(
            responder: { request, writer, channel in
                try await responder.respond(to: request, writer, channel)
            },
            configuration: HTTP1Channel.Configuration(idleTimeout: TimeAmount(services.limits.clientTimeout)))
        do {
            try channel.pipeline.syncOperations.addHandler(
                UnreadAnswerHandler(limits: services.limits, budget: services.budget, logger: services.logger))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return http.setup(channel: channel, logger: services.logger).map { value in
            HTTPConnection(http: http, value: value, services: services)
        }
    }

    /// Answers requests until the connection ends.
    func serve() async {
        // Its reads take turns with those of other connections.
        await ReadSource.$current.withValue(ReadSource()) { await http.handle(value: value, logger: services.logger) }
    }

    /// Closes a connection that came while the server stopped, when there is nobody left to serve it. Its channel
    /// has to be begun to be ended.
    func refuse() {
        Task { try? await value.executeThenClose { _, _ in } }
    }
}

/// Answers the requests of one connection.
struct Responder: Sendable {
    let services: HTTPServices
    let identification: HTTPIdentification
    /// Whether there was room for the connection.
    let isAdmitted: Bool

    /// Answers one request.
    ///
    /// - Throws: where the connection has failed, or can only be closed to say that an answer is not whole.
    @concurrent
    func respond(
        to request: HummingbirdCore.Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let begun = ContinuousClock.now
        var pending: ResponseWriter? = consume writer
        do {
            // Before anything that may be refused: also a service that has no room for more says whether it lives.
            if let probe = HealthProbe(request) {
                try await write(probe.answer(services.backend.health), pending.take(), request, begun)
                if !isAdmitted { channel.close(promise: nil) }
                return
            }
            let exchange = try exchange(request)
            if request.headers[.expect]?.lowercased() == "100-continue" {
                try await pending?.writeInformationalHead(HTTPResponse(status: .continue))
            }
            if exchange.isOperation {
                let operation = try await exchange.operation()
                guard let writer = pending.take() else { return }
                let status = try await exchange.run(operation, writer)
                return services.backend.metrics.httpAnswered(method: request.method.rawValue, status: status.code)
            }
            try await write(try await exchange.answer(), pending.take(), request, begun)
        } catch {
            // Once the head of an answer is on its way, only closing the connection can say that it failed.
            guard let writer = pending.take(), let failure = HTTPFailure(refusing: error) else { throw error }
            try await write(failure.answer(reflects: services.backend.reflects), writer, request, begun)
            if !isAdmitted { channel.close(promise: nil) }
        }
    }

    /// Writes an answer. It counts before it is written: whoever has it can look it up.
    @concurrent
    private func write(
        _ answer: HTTPAnswer, _ writer: consuming ResponseWriter?, _ request: HummingbirdCore.Request,
        _ begun: ContinuousClock.Instant
    ) async throws {
        let metrics = services.backend.metrics
        metrics.httpAnswered(method: request.method.rawValue, status: answer.status.code)
        try await writer.take()?.write(response: answer.head, body: answer.body)
        let isStream = [MediaType.lines, MediaType.events].contains(answer.headers[.contentType])
        if !isStream { metrics.httpWritten(in: .now - begun) }
    }

    /// Who asks for what.
    private func exchange(_ request: HummingbirdCore.Request) throws -> HTTPExchange {
        guard isAdmitted else {
            throw HTTPFailure(
                Refusal(.overloaded, "The service has as many connections as it takes. Try again later."))
        }
        let caller = try caller(request.headers)
        let target = try RequestTarget(request.head.path ?? "/")
        let routes = Route.matching(target.segments)
        guard !routes.isEmpty else {
            throw HTTPFailure(Refusal(.notFound, "There is nothing at this path. docs/http.md lists what there is."))
        }
        guard let route = routes.first(where: { $0.method == request.method.rawValue }) else {
            let allowed = routes.map(\.method).joined(separator: ", ")
            var failure = HTTPFailure(
                .methodNotAllowed, Refusal(.schemaInvalid, "This path takes \(allowed), not the method of the request.")
            )
            failure.fields[.allow] = allowed
            throw failure
        }
        let exchange = HTTPExchange(
            backend: services.backend, connections: services.count, caller: caller, route: route, target: target,
            request: request)
        try exchange.requireFitting()
        return exchange
    }

    private func caller(_ fields: HTTPFields) throws(HTTPFailure) -> CallerIdentity {
        switch identification {
        case .peer(let caller): return caller
        case .tokens(let tokens):
            let words = (fields[.authorization] ?? "").split(separator: " ")
            if words.count == 2, words[0].lowercased() == "bearer", let name = tokens.name(of: words[1]) {
                return .token(name)
            }
            var failure = HTTPFailure(
                .unauthorized,
                Refusal(.forbidden, "The request has no token that is known. Send Authorization: Bearer TOKEN."))
            failure.fields[.wwwAuthenticate] = "Bearer realm=\"kith\""
            throw failure
        }
    }
}

extension HTTPFailure {
    /// What is answered where this error ended a request; nil where there is nobody to answer.
    init?(refusing error: any Error) {
        switch error {
        case let failure as HTTPFailure: self = failure
        case let refusal as Refusal: self.init(refusal)
        case is NIOTooManyBytesError: self = HTTPExchange.tooLarge
        default: return nil
        }
    }
}
