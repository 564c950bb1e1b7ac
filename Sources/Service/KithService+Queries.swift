internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Logging
internal import Replay
internal import Schema
internal import SwiftProtobuf
internal import Views

extension KithService {
    /// How long a read waits for the position it asks for.
    private static let readDeadline = 5_000
    /// Events of one answer's timeline at most.
    private static let timelineMaximum: UInt32 = 1_000

    func record(_ request: GetRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<GetResponse> {
        let principal = try access.principal(caller)
        try principal.require(.views)
        let number = try await resolve(request.reference, request.kind)
        let (sealed, standing) = try await read(Directory.self, atLeast: request.atLeast) { reader throws(ViewError) in
            try Directory.record(number, in: reader)
        }
        guard let sealed, sealed.record.kind == request.kind else { throw Self.nothing }
        var response = GetResponse()
        response.record = try await open([sealed], for: principal).first ?? Record()
        return Answer(response, reflects(standing))
    }

    func records(_ request: ListRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<ListResponse> {
        let principal = try access.principal(caller)
        try principal.require(.views)
        let cursor = EpochCursor(context.log)
        var request = request
        request.cursor = try cursor.opened(request.cursor)
        let (page, standing) = try await list(request)
        var response = ListResponse()
        response.records = try await open(page.records, for: principal)
        response.cursor = cursor.sealed(page.cursor)
        return Answer(response, reflects(standing))
    }

    func customerView(
        _ request: CustomerRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Customer> {
        let principal = try access.principal(caller)
        try principal.require(.views)
        let number = try await resolve(request.party, .party)
        let asOf = try request.hasAsOf ? instant(request.asOf) : context.clock.now()
        let (sealed, standing) = try await read(Customer360.self, atLeast: request.atLeast) {
            reader throws(ViewError) in
            try Customer360.view(of: number, asOf: asOf, in: reader)
        }
        guard let sealed else { throw Self.nothing }
        let position = standing.position
        let customer = try await BlockingWork.run { [self] () throws(Refusal) in
            var customer = sealed.customer
            if principal.permissions.contains(.personal) {
                let filling = PersonalFilling(context: context)
                customer.party = try filling.fill(customer.party, sealed.sealed)
                if let tickets = sealed.tickets {
                    customer.tickets.open = try filling.fill(tickets.open)
                    if let last = try filling.fill([tickets.last]).first { customer.tickets.last = last }
                }
            }
            if principal.permissions.contains(.history) {
                (customer.timeline, customer.timelineCut) = try timeline(of: number, request, through: position)
            }
            return customer
        }
        return Answer(customer, reflects(standing))
    }

    func historyReader(
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
        if request.epoch != 0 {
            try Epochs(context.log.epochs).check(request.epoch, from: Position(max(1, request.from)))
        }
        guard request.from <= context.log.end.position.rawValue + 1 else {
            throw Refusal(
                .cursorAhead,
                "The log ends at \(context.log.end.position). It may have been restored; start again from there.",
                field: "from"
            ).expected(request.from, actual: context.log.end.position.rawValue)
        }
        return HistoryQuery(context: context, request: request, scope: try await scope(request), signal: signal)
    }

    // MARK: Helpers

    static let nothing = Refusal(.notFound, "There is nothing with this id or reference.")

    private func scope(_ request: HistoryRequest) async throws(Refusal) -> HistoryQuery.Scope {
        switch request.scope {
        case .all, nil: return .all
        case .kind(let kind): return .kind(kind)
        case .stream(let stream): return .stream(try await resolve(stream.stream, stream.kind))
        case .subject(let subject): return .subject(try await resolve(subject, .party))
        }
    }

    func resolve(_ reference: Reference, _ kind: AggregateKind) async throws(Refusal) -> StreamNumber {
        try FormCheck.reference(reference, "reference")
        if case .token? = reference.target {
            throw Refusal(.schemaInvalid, "A reference names an id, an external key or a number.", field: "reference")
        }
        let number = try await BlockingWork.run { [context] () throws(Refusal) -> StreamNumber? in
            do throws(EventLogError) {
                guard let number = try context.resolve(reference, kind) else { return nil }
                return try context.log.index.head(of: number)?.kind == kind ? number : nil
            } catch { throw Refusal(error) }
        }
        guard let number else { throw Self.nothing }
        return number
    }

    func instant(_ timestamp: Google_Protobuf_Timestamp) throws(Refusal) -> Instant {
        guard let instant = Instant(timestamp) else {
            throw Refusal(.schemaInvalid, "as_of lies outside the years 1 to 9999.", field: "as_of")
        }
        return instant
    }

    private func list(_ request: ListRequest) async throws(Refusal) -> (DirectoryPage, ProjectionStanding) {
        let runner = try await runner(Directory.self, atLeast: request.atLeast)
        do throws(ReplayError) {
            let answer = try await runner.read(inPieces: DirectoryListing(request)) {
                (listing, reader) throws(ViewError) in
                try listing.piece(in: reader)
            }
            return (answer.value, answer.standing)
        } catch { throw Refusal(error) }
    }

    private func open(_ records: [SealedRecord], for principal: Principal) async throws(Refusal) -> [Record] {
        guard principal.permissions.contains(.personal) else { return records.map(\.record) }
        return try await BlockingWork.run { [context] () throws(Refusal) in
            let filling = PersonalFilling(context: context)
            var opened: [Record] = []
            opened.reserveCapacity(records.count)
            for record in records { opened.append(try filling(record)) }
            return opened
        }
    }

    /// The newest events about a subject that a request asks for, up to the position that the view reflects.
    private func timeline(
        of subject: StreamNumber, _ request: CustomerRequest, through position: Position
    ) throws(Refusal) -> ([TimelineEntry], isCut: Bool) {
        let limit = request.hasTimelineLimit ? Int(min(request.timelineLimit, Self.timelineMaximum)) : 20
        guard limit > 0 else { return ([], false) }
        let before = request.timelineBefore == 0 ? position : Position(request.timelineBefore - 1)
        let selection = Timeline.Selection(
            limit: limit, last: min(position, before), kinds: Set(request.timelineKinds))
        do { return try Timeline(log: context.log).newest(about: subject, selection) } catch { throw Refusal(error) }
    }

    func read<P: Projection, Value: Sendable>(
        _ type: P.Type, atLeast: UInt64,
        _ body: @Sendable (borrowing ProjectionSnapshot) throws(ViewError) -> Value
    ) async throws(Refusal) -> (Value, ProjectionStanding) {
        let runner = try await runner(type, atLeast: atLeast)
        do throws(ReplayError) {
            let answer = try await runner.read(body)
            return (answer.value, answer.standing)
        } catch { throw Refusal(error) }
    }

    /// The keeper of a projection, once that has reached a position.
    private func runner<P: Projection>(
        _ type: P.Type, atLeast: UInt64
    ) async throws(Refusal) -> ProjectionRunner<P> {
        do throws(ReplayError) {
            let runner = try replay.runner(type)
            if atLeast != 0 {
                // Whoever waits for the projection keeps nobody from reading.
                try await ReadTurns.waiting { () async throws(ReplayError) in
                    try await runner.wait(for: Position(atLeast), deadlineMilliseconds: Self.readDeadline)
                }
            }
            return runner
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
