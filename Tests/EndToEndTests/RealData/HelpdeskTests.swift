import Analytics
import Foundation
import KithClient
import Schema
import SwiftProtobuf
import Testing

extension RealData {
    /// The log of a help desk, which says what was done and not how tickets stood, imported in historic mode.
    @Suite(.serialized, .enabled(if: Places.hasSharedData, Places.sharedDataMissing)) struct HelpdeskTests {
        @Test(.timeLimit(.minutes(10)))
        func `the help desk's cases come out as others computed them, once, whatever the order of the rows`()
            async throws
        {
            var generator = SplitMix(announcedFor: "the help desk's log, shuffled")
            let folder = try TestFolder()
            let shuffled = folder["shuffled.csv"]
            try ShuffledFile.write(TicketFiles.helpdesk, headerLines: 1, to: shuffled, using: &generator)
            try await Daemon.run(in: folder) { daemon in
                try await TicketFiles.prepare(daemon, for: "helpdesk")
                try await HelpdeskTests.expectTaken(try await daemon.importing(shuffled, mapping: "helpdesk"))
                let tickets = try await TicketFiles.tickets(of: daemon, system: "helpdesk")
                try HelpdeskTests.expectCases(tickets)
                try HelpdeskTests.expectFigures(tickets)
                try await HelpdeskTests.expectBusinessTime(tickets, of: daemon)

                // The file as it is, which is another one: every row is known again.
                let position = try await daemon.durablePosition()
                let again = try await daemon.importing(TicketFiles.helpdesk, mapping: "helpdesk")
                #expect(again.documents["row"]?.replayed == 21_348 && again.rows["accepted"] == 21_348)
                #expect(again.documents["last activity"]?.unchanged == 4_580)
                // Nothing but the import itself, begun and ended.
                #expect(try await daemon.durablePosition() == position + 2)

                let recompute = try await daemon.kith("recompute")
                #expect(recompute.code == 0, "\(recompute)")
            }
        }

        @Test(.timeLimit(.minutes(10)))
        func `by a service level clocks count the business time, and not one warning or breach is untrue`()
            async throws
        {
            try await Daemon.run { daemon in
                try await TicketFiles.prepare(daemon, for: "helpdesk")
                let level = try await daemon.kith("submit", "--atomic", "--new-ids", input: HelpdeskTests.serviceLevel)
                try #require(level.code == 0, "\(level)")
                _ = try await daemon.importing(TicketFiles.helpdesk, mapping: "helpdesk")
                let calendar = try TicketCourse.officeHours()
                var untrue: [String] = []
                let courses = try await TicketCourse.all(of: daemon)
                #expect(courses.values.contains { !$0.claims.isEmpty })
                for (number, course) in courses {
                    for claim in course.claims where !course.holds(claim, by: calendar) {
                        untrue.append("#\(number): \(claim)")
                    }
                }
                #expect(untrue.isEmpty, "\(untrue.count): \(untrue.prefix(5))")
                var request = HistoryRequest()
                request.kind = .slaWithdrawn
                let withdrawn = try await daemon.withClient { try await $0.events(request) }
                #expect(withdrawn.isEmpty)
                try await HelpdeskTests.expectClocks(courses, of: daemon)
                try await HelpdeskFigures(of: daemon).expectAll()
            }
        }

        /// First response within 4 hours, resolution within 45, Monday to Friday 9 to 18 in UTC, waiting excluded; in
        /// force before the first case, as nobody could else have kept or broken it.
        private static let serviceLevel = """
            {"occurredAt": "2010-01-01T00:00:00Z", "bodies": [{"defineCalendar": {"content": {"label": "Office", "zone": "UTC", "weekdays": [\(week)]}}}]}
            {"bodies": [{"defineSlaPolicy": {"content": {"label": "Standard", "order": 1, "targets": [{"clock": \
            "SLA_CLOCK_KIND_FIRST_RESPONSE", "seconds": 14400}, {"clock": "SLA_CLOCK_KIND_RESOLUTION", "seconds": \
            162000}]}}}]}
            """

        private static let week = (1...5).map { weekday in
            #"{"weekday": \#(weekday), "intervals": [{"start": "09:00", "end": "18:00"}]}"#
        }.joined(separator: ", ")

        private static func expectTaken(_ report: ImportReport) async throws {
            let activities = try TicketFiles.expected(Expected.self, "tickets_helpdesk.json").eventsByActivity
            #expect(report.rows["read"] == 21_348 && report.rows["accepted"] == 21_348)
            #expect(report.rows["takenInCharge"] == activities["Take in charge ticket"])
            #expect(report.rows["waiting"] == activities["Wait"])
            #expect(report.rows["resolved"] == activities["Resolve ticket"])
            #expect(report.rows["closed"] == activities["Closed"])
            // Every row became an event: none was unchanged.
            #expect(report.documents["row"] == ImportReport.Documents(accepted: 21_348))
            #expect(report.documents["last activity"]?.accepted == 4_580)
        }

        /// The clock of the resolution counted just the business time, and says of each case whether it was in time.
        private static func expectClocks(_ courses: [UInt64: TicketCourse], of daemon: Daemon) async throws {
            let tickets = try await TicketFiles.tickets(of: daemon, system: "helpdesk")
            var wrong: [String] = []
            for row in try TicketFiles.expectedRows("tickets_helpdesk_cases.csv") {
                let name = row["case"] ?? ""
                let stop = courses[try #require(tickets[name]).number]?.firstResolutionStop
                let expected = row["resolution_business_s"].flatMap { UInt64($0) }
                let isWrong = stop.map { $0.met != ($0.usedSeconds <= 162_000) || $0.breached == $0.met } ?? false
                if expected != nil, stop?.usedSeconds != expected || isWrong { wrong.append(name) }
            }
            #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(5))")
        }

        /// What the expected results hold for all cases together.
        struct Expected: Decodable {
            struct Reopens: Decodable, Equatable {
                var afterClosed: Int
                var afterResolved: Int
                var casesReopened: Int

                enum CodingKeys: String, CodingKey {
                    case afterClosed = "after_closed"
                    case afterResolved = "after_resolved"
                    case casesReopened = "cases_reopened"
                }
            }

            var cases: Int
            var eventsByActivity: [String: Int]
            var finalActivity: [String: Int]
            var response: Spread
            var resolution: Spread
            var businessResolution: Spread
            var reopens: Reopens
            var createdByMonth: [String: Int]
            var sla: [String: Int]

            enum CodingKeys: String, CodingKey {
                case cases, reopens, sla
                case eventsByActivity = "events_by_activity"
                case finalActivity = "final_activity"
                case response = "response_minutes"
                case resolution = "resolution_minutes"
                case businessResolution = "resolution_business_minutes"
                case createdByMonth = "created_by_month"
            }
        }

        // MARK: Case by case

        private static func expectCases(_ tickets: [String: Record]) throws {
            let expected = try TicketFiles.expectedRows("tickets_helpdesk_cases.csv")
            #expect(expected.count == 4_580 && tickets.count == 4_580)
            var wrong: [String] = []
            for row in expected {
                let name = row["case"] ?? ""
                let record = try #require(tickets[name])
                let ticket = record.ticket
                let isRight =
                    text(ticket.hasFirstResponseAt ? seconds(ticket.openedAt, ticket.firstResponseAt) : nil)
                    == row["response_s"]
                    && text(ticket.hasFirstResolvedAt ? seconds(ticket.openedAt, ticket.firstResolvedAt) : nil)
                        == row["resolution_s"]
                    && String(ticket.reopenedAfterClosed) == row["reopens_after_closed"]
                    && String(ticket.reopenedAfterResolved) == row["reopens_after_resolved"]
                    && record.field("last_activity")?.text == row["final"]
                if !isRight { wrong.append(name) }
            }
            #expect(wrong.isEmpty, "\(wrong.count) of \(expected.count): \(wrong.prefix(5))")
        }

        private static func text(_ seconds: Int64?) -> String { seconds.map { String($0) } ?? "" }

        static func seconds(_ start: Google_Protobuf_Timestamp, _ end: Google_Protobuf_Timestamp) -> Int64 {
            end.seconds - start.seconds
        }

        // MARK: All together

        private static func expectFigures(_ tickets: [String: Record]) throws {
            let expected = try TicketFiles.expected(Expected.self, "tickets_helpdesk.json")
            let all = tickets.values.map(\.ticket)
            let responses = all.filter(\.hasFirstResponseAt).map { seconds($0.openedAt, $0.firstResponseAt) }
            let resolutions = all.filter(\.hasFirstResolvedAt).map { seconds($0.openedAt, $0.firstResolvedAt) }
            #expect(tickets.count == expected.cases)
            #expect(Spread(seconds: responses).isClose(to: expected.response))
            #expect(Spread(seconds: resolutions).isClose(to: expected.resolution))
            let reopens = Expected.Reopens(
                afterClosed: all.reduce(0) { $0 + Int($1.reopenedAfterClosed) },
                afterResolved: all.reduce(0) { $0 + Int($1.reopenedAfterResolved) },
                casesReopened: all.count { $0.reopenedAfterClosed + $0.reopenedAfterResolved > 0 })
            #expect(reopens == expected.reopens)
            #expect(responses.count { $0 <= 3_600 } == expected.sla["response within 60 min"])
            #expect(responses.count { $0 <= 8 * 3_600 } == expected.sla["response within 8 h"])
            #expect(tickets.count - responses.count == expected.sla["never responded"])
            #expect(resolutions.count { $0 <= 15 * 86_400 } == expected.sla["resolution within 15 days elapsed"])
            #expect(resolutions.count { $0 <= 30 * 86_400 } == expected.sla["resolution within 30 days elapsed"])
            #expect(tickets.count - resolutions.count == expected.sla["never resolved"])
            let last = tickets.values.compactMap { $0.field("last_activity")?.text }
            #expect(counted(last) == expected.finalActivity)
            #expect(counted(all.map { String($0.openedAt.date.ISO8601Format().prefix(7)) }) == expected.createdByMonth)
        }

        private static func counted(_ texts: [String]) -> [String: Int] {
            texts.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }

        // MARK: Business time

        /// From the opening to the first resolution, Monday to Friday 9 to 18, without what was waited: out of the
        /// events that the log has.
        private static func expectBusinessTime(_ tickets: [String: Record], of daemon: Daemon) async throws {
            let courses = try await TicketCourse.all(of: daemon)
            let calendar = try TicketCourse.officeHours()
            var found: [String: Int64] = [:]
            for (name, record) in tickets where record.ticket.hasFirstResolvedAt {
                let start = try #require(Instant(record.ticket.openedAt))
                let end = try #require(Instant(record.ticket.firstResolvedAt))
                let elapsed = calendar.elapsed(from: start, to: end, excluding: courses[record.number]?.waits ?? [])
                #expect(elapsed % 1_000_000 == 0)
                found[name] = elapsed / 1_000_000
            }
            let expected = try TicketFiles.expectedRows("tickets_helpdesk_cases.csv")
            let wrong = expected.filter { text(found[$0["case"] ?? ""]) != $0["resolution_business_s"] }
            #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(3))")
            let figures = try TicketFiles.expected(Expected.self, "tickets_helpdesk.json")
            #expect(Spread(seconds: Array(found.values)).isClose(to: figures.businessResolution))
            let within = "resolution within 45 business hours (5 days x 9 h, waiting excluded)"
            #expect(found.values.count { $0 <= 45 * 3_600 } == figures.sla[within])
        }
    }
}
