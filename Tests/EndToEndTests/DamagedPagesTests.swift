import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Pages of the service's files that are torn or flipped while it is down.
@Suite(.serialized) struct DamagedPagesTests {
    /// The bytes of a data file, and what is read of them here.
    private struct DataFile {
        let path: String
        var bytes: [UInt8]

        init(_ daemon: Daemon, _ name: String) throws {
            path = "\(daemon.dataDirectory)/\(name)/data.mdb"
            bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        }

        func write() throws { try Data(bytes).write(to: URL(filePath: path)) }

        func number(at offset: Int) -> UInt64 {
            bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }

        /// The meta page of the commit before the last one.
        var olderMeta: Int { number(at: 144) < number(at: pageSize + 144) ? 0 : 1 }

        /// Leaf pages whose first key lies between two numbers.
        func leaves(firstKeyIn range: Range<UInt64>) -> [Int] {
            (2..<bytes.count / pageSize).filter { page in
                let start = page * pageSize
                guard number(at: start) == UInt64(page), bytes[start + 10] == 2 else { return false }
                let entry = start + Int(bytes[start + 16]) + Int(bytes[start + 17]) << 8
                return entry + 16 <= start + pageSize && range.contains(number(at: entry + 8))
            }
        }
    }

    private static let demo = Task { try await DemoData(parties: 20, seed: 5) }

    @Test func `a torn meta page is mended, and nothing is lost`() async throws {
        let demo = try await DamagedPagesTests.demo.value
        try await Daemon.run { daemon in
            try await demo.submit(to: daemon)
            let position = try await daemon.durablePosition()
            try await daemon.expectCleanStop()
            for name in ["log", "index"] {
                var file = try DataFile(daemon, name)
                let start = file.olderMeta * pageSize
                file.bytes.replaceSubrange(start..<start + 512, with: [UInt8](repeating: 0, count: 512))
                try file.write()
            }
            try await daemon.start()
            #expect(try await daemon.durablePosition() == position)
            let again = try await demo.submit(to: daemon)
            #expect(again.contains("0 accepted") && again.contains("0 refused"), "\(again)")
            let messages = try String(contentsOfFile: daemon.logPath, encoding: .utf8)
            #expect(messages.contains("The log: Meta page"))
        }
    }

    @Test func `a damaged page of the log is named, and the service stays`() async throws {
        let demo = try await DamagedPagesTests.demo.value
        try await Daemon.run { daemon in
            try await demo.submit(to: daemon)
            let position = try await daemon.durablePosition()
            try await daemon.expectCleanStop()
            var file = try DataFile(daemon, "log")
            let pages = file.leaves(firstKeyIn: position / 3..<position / 2)
            try #require(!pages.isEmpty)
            for page in pages { file.bytes[page * pageSize + 14] ^= 2 }
            try file.write()
            try await daemon.start()
            #expect(try await daemon.durablePosition() == position)
            let messages = try String(contentsOfFile: daemon.logPath, encoding: .utf8)
            #expect(messages.contains("takes no more events"))
            #expect(pages.contains { messages.contains("page \($0) ") }, "\(messages)")
            // Reading through the damage ends with an error, before it and behind it there is no other.
            await #expect(throws: KithClientError.self) {
                try await daemon.withClient { client in
                    _ = try await client.events(.with { $0.all = true })
                }
            }
            #expect(try await daemon.durablePosition() == position)
        }
    }
}

/// Bytes of a page, as the system has them.
private let pageSize = sysconf(Int32(_SC_PAGESIZE))
