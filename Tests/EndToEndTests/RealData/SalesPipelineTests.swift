import Foundation
import KithClient
import SwiftProtobuf
import Testing

extension RealData {
    /// The Central office's pipeline: products, people, accounts and opportunities, imported in historic mode.
    @Suite(.serialized, .enabled(if: Places.hasSharedData, Places.sharedDataMissing)) struct SalesPipelineTests {
        @Test(.timeLimit(.minutes(5)))
        func `the Central office's pipeline gives the figures that others computed, once`() async throws {
            var generator = SplitMix(announcedFor: "the Central office's pipeline again, shuffled")
            try await Daemon.run { daemon in
                let report = try await SalesFiles.importAll(into: daemon)
                SalesPipelineTests.expect(report)
                let position = try await daemon.durablePosition()
                try await SalesPipelineTests.expectFigures(of: daemon)
                try await SalesPipelineTests.expectUndatedRowsAtTheStart(of: daemon)
                try await SalesPipelineTests.expectLastingViews(of: daemon)

                let again = try await SalesFiles.importAll(into: daemon)
                #expect(again.events == 0 && again.documents.values.map(\.replayed).reduce(0, +) == 3_512)
                #expect(try await daemon.durablePosition() == position)

                // Another file, with the same rows: nothing but the import itself is new.
                let shuffled = try await SalesFiles.importShuffled(into: daemon, using: &generator)
                #expect(shuffled.documents.values.map(\.unchanged).reduce(0, +) == 3_512)
                #expect(try await daemon.durablePosition() == position + UInt64(2 * SalesFiles.all.count))
                try await SalesPipelineTests.expectFigures(of: daemon)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `rows of the Central office in another order give the same figures`() async throws {
            var generator = SplitMix(announcedFor: "the Central office's pipeline, shuffled")
            try await Daemon.run { daemon in
                let report = try await SalesFiles.importShuffled(into: daemon, using: &generator)
                SalesPipelineTests.expect(report)
                try await SalesPipelineTests.expectFigures(of: daemon)
                try await SalesPipelineTests.expectUndatedRowsAtTheStart(of: daemon)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `malformed rows of a pipeline are reported, and change nothing`() async throws {
            try await Daemon.run { daemon in
                for (file, mapping) in SalesFiles.all.dropLast() {
                    _ = try await daemon.importing(SalesFiles.path(file), mapping: mapping)
                }
                let file = try daemon.folder.write(SalesPipelineTests.malformed, to: "malformed.csv")
                let position = try await daemon.durablePosition()
                let mapping = Places.mapping("sales-pipeline")
                let dry = try await daemon.kith("import", file, "--mapping", mapping, "--dry-run")
                #expect(dry.code == 1 && dry.complaint.contains("line 2: VALUE_INVALID: "), "\(dry)")
                #expect(try await daemon.durablePosition() == position)

                let reportPath = daemon.folder["rejected.ndjson"]
                let run = try await daemon.kith("import", file, "--mapping", mapping, "--report", reportPath, "--json")
                #expect(run.code == 1, "\(run)")
                let report = try ImportReport(run)
                #expect(report.rows["read"] == 8 && report.rows["rejected"] == 8 && report.rows["accepted"] == 0)
                try SalesPipelineTests.expectCodes(in: reportPath)

                // The import itself, begun and ended, is all that the log has of them.
                #expect(try await daemon.durablePosition() == position + 2)
                #expect(try await daemon.withClient { try await $0.all(.opportunity) }.isEmpty)
            }
        }

        /// One row per mistake; the header is line 1.
        private static let malformed = """
            opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
            A1,Moses Frase,GTX Turbo,Cancity,Won,2017-01-02,2017-02-03,100
            A2,Moses Frase,GTXPro,Cancity,Won,2017-02-30,2017-03-03,100
            A3,Moses Frase,GTXPro,Cancity,Won,2017-02-20,2017-03-03,10.123
            A4,Moses Frase,GTXPro,Nobody Ltd,Won,2017-02-20,2017-03-03,10
            A5,Moses Frase,GTXPro,Cancity,Won,2017-02-20,2017-03-03
            A6,Moses Frase,GTXPro,Cancity,Won,2017-03-20,2017-03-03,10
            A7,Moses Frase,GTXPro,Cancity,Won,2017-02-20,,10
            A8,Moses Frase,GTXPro,Cancity,Engaging,2017-02-20,2017-03-03,
            """

        private static func expectCodes(in reportPath: String) throws {
            let text = try String(contentsOfFile: reportPath, encoding: .utf8)
            var codes: [Int: String] = [:]
            for line in text.split(separator: "\n") {
                let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
                let number = try #require(row["line"] as? Int)
                let reason = try #require(row["reason"] as? String)
                codes[number] = row["code"] as? String
                // A report is passed on: it says which column, not what stands in it.
                #expect(!reason.isEmpty && !reason.contains("Moses") && !reason.contains("Nobody Ltd"))
            }
            let expected = [
                2: "VALUE_INVALID", 3: "VALUE_INVALID", 4: "VALUE_INVALID", 5: "REFERENCE_MISSING", 6: "RAGGED_ROW",
                7: "OCCURRED_OUT_OF_ORDER", 8: "SCHEMA_INVALID", 9: "SCHEMA_INVALID",
            ]
            #expect(codes == expected)
        }

        private static func expect(_ report: ImportReport) {
            #expect(report.rows["read"] == 3_512 && report.rows["accepted"] == 3_512)
            #expect(report.rows["withoutAccount"] == 611 && report.rows["withoutDate"] == 500)
            #expect(report.documents["opportunity"]?.accepted == 3_012)
            #expect(report.documents["undated opportunity"]?.accepted == 500)
        }

        private static func expectFigures(of daemon: Daemon) async throws {
            let position = try await daemon.durablePosition()
            let figures = try await daemon.withClient { try await SalesFigures($0, atLeast: position) }
            try figures.expectAll()
        }

        /// A row without a date occurs when its import starts, and does not make the import later.
        private static func expectUndatedRowsAtTheStart(of daemon: Daemon) async throws {
            let started = try #require(try await events(.importStarted, of: daemon).last)
            let opened = try await events(.opportunityOpened, of: daemon)
            let undated = opened.filter { $0.payload.opportunityOpened.openingUnknown }
            #expect(undated.count == 500)
            #expect(undated.allSatisfy { $0.occurredAt == started.occurredAt })
            let committed = try await events(.importCommitted, of: daemon).map(\.payload.importCommitted)
            #expect(committed.count == SalesFiles.all.count)
            // Products, people and accounts have no dates at all.
            #expect(committed.dropLast().allSatisfy { !$0.hasLatestOccurredAt })
            let last = Google_Protobuf_Timestamp(year: 2017, month: 12, day: 31)
            #expect(committed.last?.latestOccurredAt == last.seconds * 1_000_000)
        }

        private static func events(_ kind: EventKind, of daemon: Daemon) async throws -> [Event] {
            var request = HistoryRequest()
            request.kind = kind
            return try await daemon.withClient { try await $0.events(request) }
        }

        /// Views rebuilt from the log are those that grew with it, and the log holds what follows from its facts.
        private static func expectLastingViews(of daemon: Daemon) async throws {
            try await daemon.withClient { client in
                var names: [String] = []
                for try await progress in client.rebuild(.with { $0.name = "all" }) where progress.done {
                    #expect(progress.digest == progress.previousDigest, "\(progress.name)")
                    names.append(progress.name)
                }
                #expect(names.contains("pipeline") && names.contains("loyalty"))
            }
            let recompute = try await daemon.kith("recompute")
            #expect(recompute.code == 0, "\(recompute)")
        }
    }
}
