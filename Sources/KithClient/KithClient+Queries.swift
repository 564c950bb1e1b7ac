public import Schema

extension KithClient {
    /// Reads one aggregate, by id, external reference or number.
    ///
    /// - Throws: `refused` with `NOT_FOUND` where there is none, with `NOT_YET` where the view did not reach
    ///   `atLeast` in time.
    public func get(_ request: GetRequest) async throws(KithClientError) -> Answer<GetResponse> {
        let response = try await connection.call(.get(request))
        guard case .get(let value)? = response.response else { throw .unexpectedAnswer(to: "get") }
        return Answer(value: value, reflects: response.reflects)
    }

    /// Reads one page of a list. ``listPages(_:)`` reads all of them.
    public func list(_ request: ListRequest) async throws(KithClientError) -> Answer<ListResponse> {
        let response = try await connection.call(.list(request))
        guard case .list(let value)? = response.response else { throw .unexpectedAnswer(to: "list") }
        return Answer(value: value, reflects: response.reflects)
    }

    /// Reads a list page after page, each when it is asked for.
    public func listPages(_ request: ListRequest) -> ListPages {
        ListPages(client: self, request: request)
    }

    /// Reads everything that is known of one customer.
    public func customer(_ request: CustomerRequest) async throws(KithClientError) -> Answer<Customer> {
        let response = try await connection.call(.customer(request))
        guard case .customer(let value)? = response.response else { throw .unexpectedAnswer(to: "customer") }
        return Answer(value: value, reflects: response.reflects)
    }

    /// Asks how the service is: log, position, projections.
    public func status(_ request: StatusRequest = StatusRequest()) async throws(KithClientError) -> Answer<
        StatusResponse
    > {
        let response = try await connection.call(.status(request))
        guard case .status(let value)? = response.response else { throw .unexpectedAnswer(to: "status") }
        return Answer(value: value, reflects: response.reflects)
    }

    /// Reads one page of the ticket queue, in its order.
    public func tickets(_ request: TicketsRequest) async throws(KithClientError) -> Answer<TicketsResponse> {
        let response = try await connection.call(.tickets(request))
        guard case .tickets(let value)? = response.response else { throw .unexpectedAnswer(to: "tickets") }
        return Answer(value: value, reflects: response.reflects)
    }

    /// Reads the figures of the service.
    public func serviceFigures(
        _ request: ServiceFiguresRequest
    ) async throws(KithClientError) -> Answer<ServiceFiguresResponse> {
        let response = try await connection.call(.serviceFigures(request))
        guard case .serviceFigures(let value)? = response.response else {
            throw .unexpectedAnswer(to: "service figures")
        }
        return Answer(value: value, reflects: response.reflects)
    }

    /// Has every consequence in the log computed anew and compared with the one that is there. Takes as long as
    /// reading the log.
    public func recompute(
        _ request: RecomputeRequest = RecomputeRequest()
    ) async throws(KithClientError) -> Answer<RecomputeResponse> {
        let response = try await connection.call(.recompute(request))
        guard case .recompute(let value)? = response.response else { throw .unexpectedAnswer(to: "recompute") }
        return Answer(value: value, reflects: response.reflects)
    }

    /// Asks a query of any kind that is answered once.
    ///
    /// ``get(_:)`` and the like are the same for one kind each, with its own type of answer.
    ///
    /// - Throws: `refused` with the service's code, for example `UNKNOWN_COMMAND` where its version does not know the
    ///   query; `protocolViolation` where the request is one that is answered in a stream.
    public func answer(
        _ request: Request.OneOf_Request
    ) async throws(KithClientError) -> Answer<Response.OneOf_Response> {
        switch request {
        case .history, .rebuild, .verify, .putBody, .getBody, .credit, .cancel:
            throw .protocolViolation("The request is not one that is answered once.")
        default: break
        }
        let response = try await connection.call(request)
        guard let value = response.response else { throw .protocolViolation("The answer is empty.") }
        return Answer(value: value, reflects: response.reflects)
    }
}

extension KithClientError {
    static func unexpectedAnswer(to request: String) -> KithClientError {
        .protocolViolation("The answer does not belong to a \(request) request.")
    }
}

/// The pages of a list, read one by one as they are asked for.
public struct ListPages: AsyncSequence, Sendable {
    public typealias Element = Answer<ListResponse>
    public typealias Failure = KithClientError

    let client: KithClient
    let request: ListRequest

    public func makeAsyncIterator() -> Iterator {
        Iterator(client: client, next: request)
    }

    /// Reads the pages.
    public struct Iterator: AsyncIteratorProtocol {
        let client: KithClient
        var next: ListRequest?

        /// The next page, or nil after the last one.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(KithClientError) -> Answer<ListResponse>? {
            guard var request = next else { return nil }
            next = nil
            let page = try await client.list(request)
            if !page.value.cursor.isEmpty {
                request.cursor = page.value.cursor
                next = request
            }
            return page
        }

        /// The next page, or nil after the last one.
        public mutating func next() async throws(KithClientError) -> Answer<ListResponse>? {
            try await next(isolation: #isolation)
        }
    }
}
