internal import FoundationEssentials
internal import Schema
internal import Testing

@testable import kith

/// From commands to the service.
@Suite struct ImportRunTests {
    private func run(
        _ text: String, on service: FakeService, dryRun: Bool = false, report: String? = nil
    ) async throws -> ImportSummary {
        let file = try TemporaryFile(text.utf8)
        let (mapping, digest) = try ImportCommand.readMapping(
            path: "\(SharedData.repository)/tools/mappings/online-retail.json")
        var run = try ImportRun(
            mapping, mappingDigest: digest, source: try ImportRun.source(path: file.path), delivery: service.delivery(),
            report: try ImportReport(path: report ?? "/dev/null"), dryRun: dryRun)
        var summary = try await run.run()
        summary.seconds = 0
        return summary
    }

    @Test func `an import is started, sent in order and committed`() async throws {
        let service = FakeService()
        let summary = try await run(ImportTests.retail, on: service)
        let all = service.all
        #expect(all.count == 8)
        #expect(all.first?.bodies[0].startImport.mapping == "online-retail")
        #expect(all.first?.bodies[0].startImport.fileHash.count == 32)
        #expect(all.last?.bodies[0].commitImport.rowsRead == 6)
        #expect(all.last?.bodies[0].commitImport.rowsRejected == 0)
        #expect(service.commands.allSatisfy { $0.importJob.id == summary.importID && !$0.importJob.id.isEmpty })
        #expect(summary.rows.read == 6)
        #expect(summary.acceptedRows == 6)
        #expect(summary.documents.map(\.counts.accepted) == [3, 2, 1])
        #expect(summary.events == 8)
    }

    @Test func `the same file again is only replayed`() async throws {
        let service = FakeService()
        _ = try await run(ImportTests.retail, on: service)
        let again = try await run(ImportTests.retail, on: service)
        #expect(service.all.count == 8)
        #expect(again.events == 0)
        #expect(again.documents.map(\.counts.replayed) == [3, 2, 1])
        #expect(again.documents.map(\.counts.accepted) == [0, 0, 0])
    }

    @Test(arguments: 0..<7)
    func `a service that goes away in the middle is found again, and nothing is sent out of order`(
        place: Int
    ) async throws {
        let quiet = FakeService()
        _ = try await run(ImportTests.retail, on: quiet)
        let service = FakeService(fates: [
            .lostAfter(min(place, 1)), .lostAfter(0), .lostAfter(place), .overloadedFrom(place / 2),
        ])
        let summary = try await run(ImportTests.retail, on: service)
        #expect(service.commands.map(\.idempotencyKey) == quiet.commands.map(\.idempotencyKey))
        #expect(service.all.count == 8)
        #expect(summary.reconnects >= 2)
        #expect(summary.rejectedRows == 0)
    }

    @Test func `every row of a refused document is reported, and the rest is imported`() async throws {
        let service = FakeService { command in
            command.bodies.contains { $0.upsertReturn.key.key == "C1003" } ? .amountInvalid : nil
        }
        let report = try TemporaryFile([])
        let summary = try await run(ImportTests.retail, on: service, report: report.path)
        #expect(summary.rejectedRows == 2)
        #expect(summary.acceptedRows == 4)
        #expect(summary.documents.map(\.counts.refused) == [0, 0, 1])
        let lines = String(decoding: try SharedData.bytes(report.path), as: UTF8.self).split(separator: "\n")
        #expect(
            lines == [
                #"{"line":6,"code":"AMOUNT_INVALID","reason":"no","document":"return"}"#,
                #"{"line":7,"code":"AMOUNT_INVALID","reason":"no","document":"return"}"#,
            ])
        #expect(service.all.last?.bodies[0].commitImport.rowsRejected == 2)
    }

    @Test func `an import that is refused as a whole sends nothing`() async throws {
        let service = FakeService { $0.bodies[0].startImport.mapping.isEmpty ? nil : .forbidden }
        await #expect(throws: Failure(exitCode: 1, code: "FORBIDDEN", sentence: "no")) {
            try await run(ImportTests.retail, on: service)
        }
        #expect(service.all.isEmpty)
    }

    @Test func `a dry run checks each group as one command and leaves nothing`() async throws {
        let service = FakeService { $0.dryRun && !$0.hasImportJob ? nil : .forbidden }
        let summary = try await run(ImportTests.retail, on: service, dryRun: true)
        #expect(service.all.isEmpty)
        #expect(summary.rejectedRows == 0)
        #expect(summary.events == 0)
        #expect(summary.importID.isEmpty)
        // Products are checked with each document that refers to them.
        #expect(summary.documents.map(\.counts.accepted) == [5, 2, 1])
    }

    @Test func `an id that was used before stands for a row that came in before, and for nothing else`() async throws {
        let service = FakeService {
            $0.bodies[0].startImport.mapping.isEmpty && $0.bodies[0].commitImport.importJob.id.isEmpty
                ? .commandIDReused : nil
        }
        #expect(try await run(ImportTests.retail, on: service).rejectedRows == 6)

        let file = try TemporaryFile(" 00004 0001 19970101  2   29.33\n".utf8)
        let (mapping, digest) = try ImportCommand.readMapping(
            path: "\(SharedData.repository)/tools/mappings/cdnow.json")
        var run = try ImportRun(
            mapping, mappingDigest: digest, source: try ImportRun.source(path: file.path), delivery: service.delivery(),
            report: try ImportReport(path: "/dev/null"), dryRun: false)
        let summary = try await run.run()
        #expect(summary.rejectedRows == 0)
        #expect(summary.documents.map(\.counts.replayed) == [1])
    }

    @Test(arguments: [false, true])
    func `a definition that the service has is kept, and what stands with it is imported`(dryRun: Bool) async throws {
        let service = FakeService { command in
            command.bodies.contains { $0.definePriceBook.currency == "USD" } ? .referenceTaken : nil
        }
        let file = try TemporaryFile("product,series,sales_price\nGTX Pro,GTX,4821\nGTK 500,GTK,26768\n".utf8)
        let (mapping, digest) = try ImportCommand.readMapping(
            path: "\(SharedData.repository)/tools/mappings/sales-products.json")
        var run = try ImportRun(
            mapping, mappingDigest: digest, source: try ImportRun.source(path: file.path), delivery: service.delivery(),
            report: try ImportReport(path: "/dev/null"), dryRun: dryRun)
        let summary = try await run.run()
        #expect(summary.rejectedRows == 0)
        #expect(summary.documents.map(\.counts.unchanged) == [1, 0])
        #expect(summary.documents.map(\.counts.accepted) == [0, 2])
        #expect(service.all.isEmpty == dryRun)
    }

    @Test func `what a committed import no longer takes is asked again without it`() async throws {
        let service = FakeService { command in
            // The import is committed; one product is as it should be, one order would be refused all the same.
            guard command.hasImportJob, command.bodies[0].commitImport.importJob.id.isEmpty else {
                return command.dryRun && command.bodies.contains { $0.upsertOrder.key.key == "1001" }
                    ? .referenceMissing : nil
            }
            return command.bodies[0].upsertReturn.key.key.isEmpty ? .illegalTransition : nil
        }
        let summary = try await run(ImportTests.retail, on: service)
        #expect(summary.documents.map(\.counts.refused) == [3, 2, 1])
        #expect(service.commands.isEmpty)
        #expect(service.dryRuns == 6)
    }

    @Test func `many commands go in frames of at most 256`() async throws {
        let rows = (0..<1_000).map { "\(2_000 + $0),A1,X,1,2010-12-01T08:26:00,1,,France" }
        let service = FakeService()
        let header = ImportTests.retail.split(separator: "\n")[0]
        _ = try await run(([String(header)] + rows).joined(separator: "\n"), on: service)
        #expect(service.frames == [1, 256, 256, 256, 233, 1])
    }
}

@Suite struct CommandDeliveryTests {
    private func command(_ number: UInt8) -> Command {
        var command = Command()
        command.idempotencyKey = Data([number])
        return command
    }

    @Test func `a service that never answered is not waited for`() async {
        let delivery = CommandDelivery(patience: .seconds(60), sleep: { _ in Issue.record("waited") }) {
            () throws(ChannelError) in throw .lost("nobody there")
        }
        await #expect(throws: Failure.notReachable("nobody there")) { try await delivery.deliver([command(1)]) }
    }

    @Test func `patience ends where nothing gets any further`() async {
        let service = FakeService(fates: Array(repeating: .lostAfter(0), count: 100))
        let delivery = service.delivery(patience: .seconds(5))
        do {
            _ = try await delivery.deliver([command(1)])
            Issue.record("delivered")
        } catch {
            #expect(error.exitCode == 3)
        }
        #expect(service.connections < 20)
    }

    @Test func `an answer that stands is not replaced by its replay`() async throws {
        let service = FakeService(fates: [.overloadedFrom(1)])
        let results = try await service.delivery().deliver([command(1), command(2), command(3)])
        #expect(results.map(\.accepted.replayed) == [false, false, false])
        #expect(service.frames == [3, 2])
    }
}
