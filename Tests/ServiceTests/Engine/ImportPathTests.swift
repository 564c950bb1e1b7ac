internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import CRM
@testable import Service

@Suite struct ImportPathTests {
    @Test func `an import that ends in the command with its rows ends with the latest of them`() async throws {
        let test = try TestService()
        let job = Command.sample(1, []).id
        let open = StartImport.with {
            $0.id = job
            $0.fileHash = Data(repeating: 7, count: 32)
            $0.mapping = "test"
            $0.mappingHash = Data(repeating: 8, count: 32)
            $0.mode = .historic
        }
        // Dated before its rows, so that the end can have their date.
        var start = Command.sample(1, [.startImport(open)])
        start.mode = .historic
        start.occurredAt = Instant.day(17_000).timestamp
        _ = try await test.accept(start)
        func rows(_ number: UInt64, on day: Int64, _ bodies: [CommandBody.OneOf_Command]) -> Command {
            var command = Command.sample(number, bodies)
            command.mode = .historic
            command.importJob.id = job
            command.occurredAt = Instant.day(day).timestamp
            return command
        }
        _ = try await test.accept(rows(2, on: 18_000, [.upsertParty("1", name: "Ada")]))
        let commit = CommandBody.OneOf_Command.commitImport(.with { $0.importJob.id = job })
        let accepted = try await test.accept(rows(3, on: 18_100, [.upsertParty("2", name: "Bea"), commit]))
        let position = try #require(accepted.events.last).position
        var committed: EventPayload.OneOf_Event?
        try test.service.context.log.scanChecked(from: Position(position)) { (_, record, _) throws(EventLogError) in
            committed = try StoredEvent(reading: record).payload
            return false
        }
        guard case .importCommitted(let event)? = committed else {
            Issue.record("\(String(describing: committed))")
            return
        }
        #expect(event.latestOccurredAt == Instant.day(18_100).rawValue)
        await test.stop()
        test.remove()
    }
}
