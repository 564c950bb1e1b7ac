import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Many connections, clients that flood, stop in the middle or find no room. What is measured here is memory, answers
/// and order; `tools/load` measures times.
@Suite(.serialized) struct LoadTests {
    /// As many open files as the system lets this process have.
    private static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(resource, &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }

    /// `tools/load` has ten thousand of them.
    @Test func `thousands of idle connections cost little, and nobody waits for them`() async throws {
        try await Daemon.run { daemon in
            let count = min(4_000, LoadTests.raiseDescriptorLimit() - 1_000)
            try #require(count > 0, "this process may open too few files")
            let before = try daemon.residentBytes()
            var idle: [RawSocket] = []
            for _ in 0..<count { idle.append(try RawSocket(daemon.socketPath)) }
            // Half of them have begun a frame.
            for socket in idle.prefix(count / 2) { try socket.send([1]) }
            try await daemon.withClient { client in
                while try await client.status().value.connections <= UInt64(count) { await Task.yield() }
                #expect(try await client.submit(Command(.person("Ana"))).value.refusal == nil)
            }
            let each = (try daemon.residentBytes() - before) / count
            #expect(each < 40_000, "\(each) bytes for each of \(count) idle connections")
            withExtendedLifetime(idle) {}
        }
    }

    @Test func `half a frame is answered when its time is over`() async throws {
        try await Daemon.run(arguments: ["--client-timeout", "1"]) { daemon in
            let socket = try RawSocket(daemon.socketPath)
            try socket.send([200, 0])
            let answer = try #require(try socket.receive())
            #expect(answer.id == 0 && answer.error.code == .limitExceeded)
            #expect(try socket.receive() == nil)
        }
    }

    @Test func `without descriptors connections are told so, and nothing acknowledged is lost`() async throws {
        let daemon = Daemon(in: try TestFolder(), prefix: ["prlimit", "--nofile=160:160"])
        try await daemon.start()
        do {
            let before = try await daemon.durablePosition()
            // 32 are left for connections. This one is there before the others come: those that come together are taken
            // in any order.
            let first = try RawSocket(daemon.socketPath)
            try first.send(
                RawSocket.frame(
                    Request.with {
                        $0.id = 7
                        $0.status = StatusRequest()
                    }))
            #expect(try first.receive()?.id == 7)
            var sockets = try [first] + (1..<100).map { _ in try RawSocket(daemon.socketPath) }
            let frame = try RawSocket.frame(
                Request.with {
                    $0.id = 1
                    $0.submit.commands = [Command(.person("Ana"))]
                })
            var refused = 0
            for socket in sockets.suffix(20) {
                let answer = try #require(try socket.receive())
                if answer.error.code == .overloaded && answer.error.retryAfterMilliseconds > 0 { refused += 1 }
            }
            #expect(refused == 20)
            try first.send(frame)
            #expect(try first.receive()?.submit.results.first?.accepted.events.first?.position == before + 1)
            sockets.removeAll()
            // There is room again, as soon as the service has seen that they are gone.
            while (try? await daemon.durablePosition()) == nil { try await Task.sleep(for: .milliseconds(20)) }
            let position = try await daemon.durablePosition()
            #expect(position == before + 1)
            try await daemon.expectCleanStop()
            try await daemon.start()
            #expect(try await daemon.durablePosition() == position)
            try await daemon.expectCleanStop()
        } catch {
            await daemon.kill()
            throw error
        }
    }

    @Test func `a flood of large frames is answered whole, in order, and lets the others through`() async throws {
        try await Daemon.run { daemon in
            let before = try daemon.residentBytes()
            let (frames, size) = (8, 500)
            let flood = try RawSocket(daemon.socketPath)
            let bytes = try (1...frames).flatMap { number in
                try RawSocket.frame(
                    Request.with {
                        $0.id = UInt64(number)
                        $0.submit.commands = (0..<size).map { _ in Command(.person("Flood \(number)")) }
                    })
            }
            // The service takes all of it without its answers being read; the end still waits in the socket now.
            try flood.send(bytes)
            try await daemon.withClient { client in
                let answer = try await client.submit(Command(.person("Ana"))).value
                let own = try #require(answer.accepted.events.first?.position)
                var positions: [UInt64] = []
                for _ in 1...frames {
                    let response = try #require(try flood.receive())
                    #expect(response.submit.results.count == size)
                    for result in response.submit.results {
                        #expect(result.refusal == nil)
                        positions += result.accepted.events.map(\.position)
                    }
                }
                #expect(positions == positions.sorted(), "commands of one connection are decided in their order")
                #expect(own < positions.last ?? 0, "a single command does not wait for the whole flood")
            }
            let grown = try daemon.residentBytes() - before
            #expect(grown < 400 << 20, "\(grown >> 20) MiB more")
        }
    }
}

extension Daemon {
    /// Memory that the process has in use.
    fileprivate func residentBytes() throws -> Int {
        let process = try #require(processID)
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        let kilobytes = line?.split(separator: " ").compactMap { Int($0) }.first
        return try #require(kilobytes) * 1_024
    }
}
