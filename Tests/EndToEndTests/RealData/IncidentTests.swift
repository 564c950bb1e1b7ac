import Foundation
import KithClient
import Schema
import SwiftProtobuf
import Testing

extension RealData {
    /// The audit log of an incident management, which says how incidents stood, imported in historic mode.
    @Suite(.serialized, .enabled(if: Places.hasSharedData, Places.sharedDataMissing)) struct IncidentTests {
        @Test(.timeLimit(.minutes(5)))
        func `the incidents come out as others computed them, once`() async throws {
            try await Daemon.run { daemon in
                try await TicketFiles.prepare(daemon, for: "incidents")
                let report = try await daemon.importing(TicketFiles.incidents, mapping: "incidents")
                #expect(report.rows["read"] == 10_383 && report.rows["accepted"] == 10_383)
                // Every row became an event: none was unchanged.
                #expect(report.documents["row"] == ImportReport.Documents(accepted: 10_383))
                #expect(report.documents["incident"] == ImportReport.Documents(accepted: 1_500))
                let tickets = try await TicketFiles.tickets(of: daemon, system: "incidents")
                try IncidentTests.expectIncidents(tickets)
                try IncidentTests.expectOpenings(tickets)
                try IncidentTests.expectFigures(tickets)

                let position = try await daemon.durablePosition()
                let again = try await daemon.importing(TicketFiles.incidents, mapping: "incidents")
                #expect(again.events == 0 && again.documents["row"]?.replayed == 10_383)
                #expect(try await daemon.durablePosition() == position)

                let recompute = try await daemon.kith("recompute")
                #expect(recompute.code == 0, "\(recompute)")
            }
        }

        private static let priorities = [
            "1 - Critical": "urgent", "2 - High": "high", "3 - Moderate": "normal", "4 - Low": "low",
        ]

        /// What the source counted itself, or decided.
        private struct Verdicts: Decodable {
            var madeSLA: Int
            var reopenCount: [String: Int]
            var reassignments: Int64
            var stateReopens: Int
            var resolution: Spread
            var closure: Spread

            enum CodingKeys: String, CodingKey {
                case madeSLA = "made_sla"
                case reopenCount = "reopen_count"
                case reassignments = "reassignment_count_total"
                case stateReopens = "state_reopens_total"
                case resolution = "resolution_minutes"
                case closure = "closure_minutes"
            }
        }

        /// Minutes from when the source says that it was opened.
        private static func minutes(_ record: Record, _ end: Google_Protobuf_Timestamp) -> Int64? {
            record.field("opened_at").map { (end.seconds - $0.instant.seconds) / 60 }
        }

        private static func text(_ minutes: Int64?) -> String { minutes.map { String($0) } ?? "" }

        private static func reopens(_ ticket: TicketRecord) -> UInt32 {
            ticket.reopenedAfterClosed + ticket.reopenedAfterResolved
        }

        private static func expectIncidents(_ tickets: [String: Record]) throws {
            let expected = try TicketFiles.expectedRows("tickets_uci_sample_cases.csv")
            #expect(expected.count == 1_500 && tickets.count == 1_500)
            var wrong: [String] = []
            for row in expected {
                let name = row["number"] ?? ""
                let record = try #require(tickets[name])
                let ticket = record.ticket
                let isRight =
                    ticket.status == .closed && row["final_state"] == "Closed"
                    && ticket.priority == priorities[row["priority"] ?? ""]
                    && text(ticket.hasResolvedAt ? minutes(record, ticket.resolvedAt) : nil) == row["resolution_min"]
                    && text(minutes(record, ticket.closedAt)) == row["closure_min"]
                    && String(reopens(ticket)) == row["state_reopens"]
                    && String(record.field("made_sla")?.boolean ?? false) == row["made_sla"]
                    && String(record.field("reopen_count")?.integer ?? -1) == row["reopen_count"]
                    && String(record.field("reassignment_count")?.integer ?? -1) == row["reassignment_count"]
                if !isRight { wrong.append(name) }
            }
            #expect(wrong.isEmpty, "\(wrong.count) of \(expected.count): \(wrong.prefix(5))")
        }

        /// An incident begins when the source says so, or with its first update where that is earlier.
        private static func expectOpenings(_ tickets: [String: Record]) throws {
            var firstUpdates: [String: Google_Protobuf_Timestamp] = [:]
            for row in try TicketFiles.rows(TicketFiles.incidents) {
                let number = try #require(row["number"])
                guard firstUpdates[number] == nil else { continue }
                firstUpdates[number] = try instant(try #require(row["sys_updated_at"]))
            }
            var earlier = 0
            for (number, record) in tickets {
                let said = try #require(record.field("opened_at")).instant
                let update = try #require(firstUpdates[number])
                #expect(record.ticket.openedAt.seconds == min(said.seconds, update.seconds), "\(number)")
                if update.seconds < said.seconds { earlier += 1 }
            }
            #expect(earlier == 5)
        }

        /// `d/M/yyyy HH:mm`, in UTC.
        private static func instant(_ text: String) throws -> Google_Protobuf_Timestamp {
            let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
            try #require(numbers.count == 5)
            return Google_Protobuf_Timestamp(
                year: numbers[2], month: numbers[1], day: numbers[0],
                secondOfDay: numbers[3] * 3_600 + numbers[4] * 60)
        }

        private static func expectFigures(_ tickets: [String: Record]) throws {
            let expected = try TicketFiles.expected(Verdicts.self, "tickets_uci_sample.json")
            let records = Array(tickets.values)
            #expect(records.count { $0.field("made_sla")?.boolean == true } == expected.madeSLA)
            let reopenCounts = records.compactMap { $0.field("reopen_count").map { String($0.integer) } }
            #expect(reopenCounts.reduce(into: [:]) { $0[$1, default: 0] += 1 } == expected.reopenCount)
            let reassignments = records.reduce(0) { $0 + ($1.field("reassignment_count")?.integer ?? 0) }
            #expect(reassignments == expected.reassignments)
            #expect(records.reduce(0) { $0 + Int(reopens($1.ticket)) } == expected.stateReopens)
            let resolved = records.filter(\.ticket.hasResolvedAt).compactMap { minutes($0, $0.ticket.resolvedAt) }
            #expect(resolved.count == 1_461)
            #expect(Spread(seconds: resolved.map { $0 * 60 }).isClose(to: expected.resolution))
            let closed = records.compactMap { minutes($0, $0.ticket.closedAt) }
            #expect(Spread(seconds: closed.map { $0 * 60 }).isClose(to: expected.closure))
        }
    }
}
