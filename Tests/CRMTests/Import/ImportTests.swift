internal import FoundationEssentials
internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct ImportTests {
    private var scenario = Scenario()

    private func start(_ edit: (inout StartImport) -> Void = { _ in }) -> StartImport {
        var command = StartImport.with {
            $0.fileHash = bytes(1)
            $0.mapping = "retail"
            $0.mappingHash = bytes(2)
            $0.mode = .historic
        }
        edit(&command)
        return command
    }

    @Test func `an import starts with its file, mapping and mode`() {
        var scenario = scenario
        #expect(
            scenario.when(start()).payloads == [
                .importStarted(
                    .with {
                        $0.fileHash = bytes(1)
                        $0.mapping = "retail"
                        $0.mappingHash = bytes(2)
                        $0.mode = .historic
                    })
            ])
    }

    @Test func `the same file again answers as the first start did`() {
        var scenario = scenario
        let first = scenario.when(start()).events.first?.stream
        #expect(scenario.when(start { $0.mapping = "retail, renamed" }).isUnchanged)
        #expect(scenario.lastTarget == first)
        #expect(scenario.when(start { $0.fileHash = bytes(9) }).kinds == [.importStarted])
        #expect(scenario.isReproducible)
    }

    @Test func `a mode that is not sent is live`() {
        var scenario = scenario
        scenario.when(start { $0.mode = .unspecified })
        #expect(scenario.when(start { $0.mode = .live }).isUnchanged)
    }

    @Test func `the same file with another mapping or mode was seen`() {
        var scenario = scenario
        scenario.when(start())
        let id = scenario.lastTarget.flatMap { scenario.id(of: $0)?.description } ?? ""
        let otherMapping = scenario.when(start { $0.mappingHash = bytes(3) })
        #expect(otherMapping.code == .fileSeen && otherMapping.field == "mapping_hash")
        #expect(otherMapping.refusal?.detail.relatedIds == [id])
        let otherMode = scenario.when(start { $0.mode = .live })
        #expect(otherMode.code == .fileSeen && otherMode.field == "mode")
    }

    @Test func `starts are refused`() {
        let cases: [(StartImport, ErrorCode, String)] = [
            (start { $0.mapping = "" }, .mappingInvalid, "mapping"),
            (start { $0.mappingHash = bytes(2, count: 31) }, .mappingInvalid, "mapping_hash"),
            (start { $0.fileHash = Data() }, .schemaInvalid, "file_hash"),
            (start { $0.mapping = text(of: 257) }, .limitExceeded, "mapping"),
            (start { $0.mode = .UNRECOGNIZED(4) }, .schemaInvalid, "mode"),
            (start { $0.id = "1" }, .schemaInvalid, "id"),
        ]
        for (command, code, field) in cases {
            var scenario = scenario
            let outcome = scenario.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
    }

    @Test func `an import is committed once`() throws {
        var scenario = scenario
        let started = try #require(scenario.when(start()).events.first)
        let commit = CommitImport.with {
            $0.importJob = Reference(number: started.stream)
            $0.rowsRead = 10
            $0.rowsRejected = 1
        }
        #expect(
            scenario.when(commit).payloads == [
                .importCommitted(
                    .with {
                        $0.rowsRead = 10
                        $0.rowsRejected = 1
                    })
            ])
        #expect(scenario.when(commit).isUnchanged)
        #expect(scenario.when(start()).isUnchanged)
        #expect(scenario.when(CommitImport()).field == "import_job")
        #expect(
            scenario.when(CommitImport.with { $0.importJob = Reference(number: StreamNumber(99)) }).code == .notFound)
    }
}
