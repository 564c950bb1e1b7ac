package import CRM
internal import EventLog
internal import FoundationEssentials
internal import Logging
internal import Replay
package import Schema
internal import SwiftProtobuf
internal import Views

extension KithService {
    /// How long a read waits for the position it asks for.
    private static let readDeadline = 5_000

    package func get(_ request: GetRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<GetResponse> {
        let principal = try access.principal(caller)
        try principal.require(.views)
        let number = try resolve(request.reference, request.kind)
        let (sealed, standing) = try await read(Directory.self, atLeast: request.atLeast) { reader throws(ViewError) in
            try Directory.record(number, in: reader)
        }
        guard let sealed, sealed.record.kind == request.kind else { throw Self.nothing }
        var response = GetResponse()
        response.record = try open([sealed], for: principal).first ?? Record()
        return Answer(response, reflects(standing))
    }

    package func list(_ request: ListRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<ListResponse>
    {
        let principal = try access.principal(caller)
        try principal.require(.views)
        let (page, standing) = try await read(Directory.self, atLeast: request.atLeast) { reader throws(ViewError) in
            try Directory.list(request, in: reader)
        }
        var response = ListResponse()
        response.records = try open(page.records, for: principal)
        response.cursor = Data(page.cursor)
        return Answer(response, reflects(standing))
    }

    package func customer(_ request: CustomerRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<
        Customer
    > {
        let principal = try access.principal(caller)
        try principal.require(.views)
        let number = try resolve(request.party, .party)
        let asOf = try request.hasAsOf ? instant(request.asOf) : SystemClock().now()
        let (sealed, standing) = try await read(Customer360.self, atLeast: request.atLeast) {
            reader throws(ViewError) in
            try Customer360.view(of: number, asOf: asOf, in: reader)
        }
        guard let sealed else { throw Self.nothing }
        var customer = sealed.customer
        if principal.permissions.contains(.personal) {
            customer.party = try PersonalFilling(context: context).fill(customer.party, sealed.sealed)
        }
        let limit = request.hasTimelineLimit ? Int(min(request.timelineLimit, 1_000)) : 20
        if limit > 0, principal.permissions.contains(.history) {
            customer.timeline = try timeline(number, through: standing.position, limit: limit)
        }
        return Answer(customer, reflects(standing))
    }

    package func history(
        _ request: HistoryRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> any HistoryReader {
        let principal = try access.principal(caller)
        try principal.require(.history)
        if request.reveal, !principal.permissions.contains(.personal) {
            try principal.require(.personalForPurpose)
            guard !request.purpose.isEmpty else {
                throw Refusal(.reasonRequired, "Say for which purpose you read personal data.", field: "purpose")
            }
        }
        if request.reveal, !request.purpose.isEmpty {
            logger.notice(
                "Personal data are read from history",
                metadata: ["principal": "\(principal.number)", "from": "\(request.from)"])
        }
        guard request.from <= context.log.end.position.rawValue + 1 else {
            throw Refusal(
                .cursorAhead,
                "The log ends at \(context.log.end.position). It may have been restored; start again from there.",
                field: "from"
            ).expected(request.from, actual: context.log.end.position.rawValue)
        }
        return HistoryQuery(context: context, request: request, scope: try scope(request), signal: signal)
    }

    // MARK: Helpers

    private static let nothing = Refusal(.notFound, "There is nothing with this id or reference.")

    private func scope(_ request: HistoryRequest) throws(Refusal) -> HistoryQuery.Scope {
        switch request.scope {
        case .all, nil: return .all
        case .kind(let kind): return .kind(kind)
        case .stream(let stream): return .stream(try resolve(stream.stream, stream.kind))
        case .subject(let subject): return .subject(try resolve(subject, .party))
        }
    }

    func resolve(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber {
        try FormCheck.reference(reference, "reference")
        if case .token? = reference.target {
            throw Refusal(.schemaInvalid, "A reference names an id, an external key or a number.", field: "reference")
        }
        do throws(EventLogError) {
            guard let number = try context.resolve(reference, kind) else { throw EventLogError(.format, "") }
            guard let head = try context.log.index.head(of: number), head.kind == kind else {
                throw EventLogError(.format, "")
            }
            return number
        } catch {
            if error.code == .format { throw Self.nothing }
            throw Refusal(error)
        }
    }

    private func instant(_ timestamp: Google_Protobuf_Timestamp) throws(Refusal) -> Instant {
        guard let instant = Instant(timestamp) else {
            throw Refusal(.schemaInvalid, "as_of lies outside the years 1 to 9999.", field: "as_of")
        }
        return instant
    }

    private func open(_ records: [SealedRecord], for principal: Principal) throws(Refusal) -> [Record] {
        guard principal.permissions.contains(.personal) else { return records.map(\.record) }
        let filling = PersonalFilling(context: context)
        var opened: [Record] = []
        opened.reserveCapacity(records.count)
        for record in records { opened.append(try filling(record)) }
        return opened
    }

    /// The newest events about a subject, up to the position that the view reflects.
    private func timeline(_ subject: StreamNumber, through last: Position, limit: Int) throws(Refusal)
        -> [TimelineEntry]
    {
        do {
            return try Timeline(log: context.log).newest(limit, about: subject, through: last)
        } catch { throw Refusal(error) }
    }

    private func read<P: Projection, Value: Sendable>(
        _ type: P.Type, atLeast: UInt64,
        _ body: @Sendable (borrowing ProjectionSnapshot) throws(ViewError) -> Value
    ) async throws(Refusal) -> (Value, ProjectionStanding) {
        do throws(ReplayError) {
            let answer = try await replay.runner(type).read(
                atLeast: atLeast == 0 ? nil : Position(atLeast), deadlineMilliseconds: Self.readDeadline, body)
            return (answer.value, answer.standing)
        } catch { throw Refusal(error) }
    }

    func reflects(_ standing: ProjectionStanding) -> Reflects {
        var reflects = Reflects()
        reflects.epoch = context.log.epoch
        reflects.position = standing.position.rawValue
        reflects.lagEvents = standing.lagEvents
        reflects.lagMicroseconds = standing.lagMicroseconds
        reflects.state = standing.state
        return reflects
    }
}
