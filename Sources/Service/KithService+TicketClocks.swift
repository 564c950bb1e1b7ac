internal import CRM
internal import EventLog
internal import Replay
internal import Schema
internal import SwiftProtobuf
internal import Views

extension KithService {
    /// What stands on the clocks of a ticket, with the intervals that were counted.
    ///
    /// - Throws: FORBIDDEN, NOT_FOUND, SCHEMA_INVALID; NOT_YET where the ticket was opened later.
    func ticketClocks(
        _ request: TicketClocksRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.views)
        guard request.intervalLimit <= TicketClockExplanation.intervals.most else {
            throw Refusal(
                .schemaInvalid, "At most \(TicketClockExplanation.intervals.most) intervals are told of a clock.",
                field: "interval_limit")
        }
        let number = try await named(request.ticket, .ticket, "ticket")
        let asOf = try request.hasAsOf ? instant(request.asOf) : context.clock.now()
        // It is told of the log as the directory reflects it, so that one's own commands can be waited for.
        let (_, standing) = try await read(Directory.self, atLeast: request.atLeast) { reader throws(ViewError) in
            try Directory.record(number, in: reader)?.record.kind
        }
        let histories = LogHistories(context: context, last: standing.position)
        let limit = request.intervalLimit
        let response = try await BlockingWork.run { () throws(Refusal) -> TicketClocksResponse in
            let events = try histories.events(of: number)
            var response = try TicketClockExplanation(events, histories, asOf: asOf, intervals: limit).response()
            response.ticketID = try histories.id(of: number)
            return response
        }
        return Answer(.ticketClocks(response), reflects(standing))
    }
}

/// The streams of the log up to a position, for queries.
struct LogHistories: StreamHistories, Sendable {
    let context: LogContext
    /// Later events are left out.
    let last: Position

    func events(of stream: StreamNumber) throws(Refusal) -> [StoredEvent] {
        var events: [StoredEvent] = []
        do throws(EventLogError) {
            var position = try context.log.index.durableLast(ofStream: stream)
            while position > .none {
                let event = try context.log.linkedRecord(at: position) { (record) throws(EventLogError) in
                    try StoredEvent(reading: record)
                }
                guard let event else {
                    throw EventLogError(
                        .damaged, "A link leads to position \(position), where there is no record.", position: position)
                }
                if position <= last { events.append(event) }
                position = event.header.previousInStream
            }
        } catch { throw Refusal(error) }
        return events.reversed()
    }

    /// The id of a stream; empty where there is none.
    func id(of stream: StreamNumber) throws(Refusal) -> String {
        do { return try context.log.index.head(of: stream)?.id.description ?? "" } catch { throw Refusal(error) }
    }
}
