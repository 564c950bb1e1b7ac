internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

extension KithService {
    /// Pages and conditions of the query that reads the journal.
    private enum Bounds {
        static let limit = 100
        static let limitMaximum: UInt32 = 1_000
        static let listMaximum = 100
    }

    /// A page of the journal of refusals.
    func refusals(
        _ request: RefusalsRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.refusals)
        let query = try await query(request)
        let cursor = EpochCursor(context.log)
        let page = try await BlockingWork.run { [journal] () throws(Refusal) in
            journal.flush()
            do throws(EventLogError) { return try journal.page(query) } catch { throw Refusal(error) }
        }
        var response = RefusalsResponse()
        response.refusals = page.entries
        if let next = page.next { response.cursor = cursor.sealed(Self.place(next)) }
        if let counts = page.counts { response.counts = counts }
        if let dropped = page.droppedUntil { response.keptSince = dropped.timestamp }
        response.lost = page.lost
        return Answer(.refusals(response), reflects)
    }

    private func query(_ request: RefusalsRequest) async throws(Refusal) -> RefusalQuery {
        guard request.limit <= Bounds.limitMaximum else {
            throw Refusal(.limitExceeded, "A page has at most 1,000 refusals.", field: "limit")
        }
        guard !(request.unknownCallers && request.hasPrincipal) else {
            throw Refusal(
                .schemaInvalid, "Ask for one principal or for unknown callers, not for both.",
                field: "unknown_callers")
        }
        for (count, field) in [(request.codes.count, "codes"), (request.operations.count, "operations")]
        where count > Bounds.listMaximum {
            throw Refusal(.limitExceeded, "Name at most 100 of them.", field: field)
        }
        var query = RefusalQuery()
        query.since = try request.hasSince ? instant(request.since, "since") : nil
        query.until = try request.hasUntil ? instant(request.until, "until") : nil
        query.codes = Set(request.codes)
        query.operations = Set(request.operations)
        query.kind = request.kind
        query.counts = request.counts
        query.limit = request.limit == 0 ? Bounds.limit : Int(request.limit)
        if request.unknownCallers { query.principal = 0 }
        if request.hasPrincipal { query.principal = try await resolve(request.principal, .principal).rawValue }
        if !request.commandID.isEmpty {
            guard let id = Identifier(request.commandID) else {
                throw Refusal(
                    .schemaInvalid, "The command id is not a UUID in its 36-character form.", field: "command_id")
            }
            query.commandID = id.description
        }
        let place = try EpochCursor(context.log).opened(request.cursor)
        if !place.isEmpty {
            guard place.count == MemoryLayout<UInt64>.size else {
                throw Refusal(.schemaInvalid, "This is no cursor of the journal of refusals.", field: "cursor")
            }
            query.below = place.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        return query
    }

    private static func place(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: number)
        return bytes
    }

    private func instant(_ time: Google_Protobuf_Timestamp, _ field: String) throws(Refusal) -> Instant {
        guard let instant = Instant(time) else {
            throw Refusal(.schemaInvalid, "The time lies outside the years 1 to 9999.", field: field)
        }
        return instant
    }

    // MARK: Writing

    /// Runs what a query asks for; that it is not allowed is written into the journal. Whatever else is wrong with a
    /// query concerns nobody but its caller.
    func journaling<Value>(
        _ request: @autoclosure () -> Request.OneOf_Request, from caller: CallerIdentity,
        _ body: () async throws(Refusal) -> Value
    ) async throws(Refusal) -> Value {
        do {
            return try await body()
        } catch {
            metrics.refused(error)
            if error.code == .forbidden {
                let asking = AskingCaller(identity: caller, principal: (try? access.principal(caller))?.number)
                let request = request()
                journal.record { RefusalEntry(request, error.detail, by: asking, position: context.log.end.position) }
            }
            throw error
        }
    }
}
