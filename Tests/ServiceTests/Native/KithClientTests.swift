import KithClient
import Schema
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The Swift client against the socket.
@Suite struct KithClientTests {
    private static func withClient(
        backend: FakeBackend = FakeBackend(), _ body: @Sendable (KithClient, TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run(backend: backend) { server in
            let client = try await KithClient.connect(socketPath: server.path)
            try await body(client, server)
            await client.close()
        }
    }

    private static func get(_ id: String) -> GetRequest {
        var request = GetRequest()
        request.kind = .party
        request.reference.id = id
        return request
    }

    @Test func `every kind of request has its answer`() async throws {
        try await KithClientTests.withClient { client, _ in
            let result = try await client.submit(Command(withID: "one"))
            #expect(result.value.commandID == "one")
            #expect(result.value.accepted.treeSize == 1)
            let several = try await client.submit([Command(withID: "two"), Command(withID: "three")])
            #expect(several.value.map(\.commandID) == ["two", "three"])
            #expect(several.reflects.epoch == 1)

            #expect(try await client.get(KithClientTests.get("abc")).value.record.id == "abc")
            var list = ListRequest()
            list.limit = 5
            #expect(try await client.list(list).value.records.first?.importJob.fileHash.count == 5)
            var customer = CustomerRequest()
            customer.party.id = "c"
            #expect(try await client.customer(customer).value.party.id == "c")
            let status = try await client.status()
            #expect(status.value.version == "test")
            #expect(status.value.connections == 1)
            #expect(status.reflects.position == 3)
        }
    }

    @Test func `a refusal is thrown with its detail`() async throws {
        try await KithClientTests.withClient { client, _ in
            let error = await #expect(throws: KithClientError.self) {
                _ = try await client.get(KithClientTests.get("missing"))
            }
            #expect(error?.code == .refused)
            #expect(error?.detail?.code == .notFound)
            #expect(error?.message == "There is no such record.")
            // The connection goes on.
            let status = try await client.status()
            #expect(status.value.version == "test")
        }
    }

    @Test func `the pages of a list come one after the other`() async throws {
        let backend = FakeBackend()
        try await KithClientTests.withClient(backend: backend) { client, _ in
            var list = ListRequest()
            list.limit = 1
            var pages = 0
            for try await page in client.listPages(list) {
                #expect(page.value.records.count == 1)
                pages += 1
            }
            #expect(pages == 3)
            #expect(backend.lists == 3)
        }
    }

    @Test func `a thousand concurrent callers get their own answers`() async throws {
        try await KithClientTests.withClient { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 1...1_000 {
                    tasks.addTask {
                        let result = try await client.submit(Command(withID: "command \(number)"))
                        #expect(result.value.commandID == "command \(number)")
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }

    @Test func `commands that do not fit into one frame are sent in several, in order`() async throws {
        let backend = FakeBackend()
        try await KithClientTests.withClient(backend: backend) { client, _ in
            let ids = (1...20).map { "command \($0)" }
            let answer = try await client.submit(ids.map { Command(withID: $0, bytes: 500_000) })
            #expect(answer.value.map(\.commandID) == ids)
            #expect(backend.commandIDs == ids)
            let error = await #expect(throws: KithClientError.self) {
                _ = try await client.submit(Command(withID: "too large", bytes: 5 << 20))
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test func `history comes as it is consumed`() async throws {
        let backend = FakeBackend()
        try await KithClientTests.withClient(backend: backend) { client, _ in
            var request = HistoryRequest()
            request.all = true
            request.limit = 50
            var next: UInt64 = 2
            for try await page in client.history(request) {
                #expect(page.value.next == next)
                // What was consumed and the credit ahead of it.
                #expect(backend.pages <= Int(next) - 1 + 4)
                next += 1
            }
            #expect(next == 52)
            #expect(backend.pages == 50)
        }
    }

    @Test func `leaving a history cancels it`() async throws {
        let backend = FakeBackend()
        try await KithClientTests.withClient(backend: backend) { client, _ in
            var request = HistoryRequest()
            request.all = true
            request.limit = 2
            request.follow = true
            for try await page in client.history(request) where page.value.next == 3 { break }
            await backend.cancelled.wait()
            let status = try await client.status()
            #expect(status.value.version == "test")
        }
    }

    @Test func `cancelling the task ends a history that waits`() async throws {
        let backend = FakeBackend()
        try await KithClientTests.withClient(backend: backend) { client, _ in
            var request = HistoryRequest()
            request.all = true
            request.follow = true
            let pages = client.history(request)
            let task = Task { () -> KithClientError? in
                do throws(KithClientError) {
                    for try await _ in pages {}
                    return nil
                } catch {
                    return error
                }
            }
            await backend.hanging.wait()
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            await backend.cancelled.wait()
        }
    }

    @Test func `a rebuild tells its progress to the end`() async throws {
        try await KithClientTests.withClient { client, _ in
            var request = RebuildRequest()
            request.name = "directory"
            var last = RebuildProgress()
            for try await progress in client.rebuild(request) { last = progress }
            #expect(last.done)
            #expect(last.position == 10)
        }
    }

    @Test func `cancelling the task takes a query back`() async throws {
        let backend = FakeBackend()
        try await KithClientTests.withClient(backend: backend) { client, _ in
            let task = Task { try await client.get(KithClientTests.get("hanging")) }
            await backend.hanging.wait()
            task.cancel()
            let error = await #expect(throws: KithClientError.self) { _ = try await task.value }
            #expect(error?.code == .cancelled)
            await backend.cancelled.wait()
            let status = try await client.status()
            #expect(status.value.version == "test")
        }
    }

    @Test func `every waiting caller gets an error when the service goes`() async throws {
        let backend = FakeBackend(holdsCommands: true)
        try await TestServer.run(backend: backend) { server in
            let client = try await KithClient.connect(socketPath: server.path)
            let calls = ["a", "b"].map { id in Task { try await client.submit(Command(withID: id)) } }
            try await eventually { backend.commandIDs.count == 2 }
            await client.close()
            for call in calls {
                let error = await #expect(throws: KithClientError.self) { _ = try await call.value }
                #expect(error?.code == .closed)
            }
            #expect(!client.isOpen)
            let error = await #expect(throws: KithClientError.self) { _ = try await client.status() }
            #expect(error?.code == .closed)
        }
        backend.release()
    }

    @Test func `a stop of the service fails a call that it did not take`() async throws {
        try await TestServer.run { server in
            let client = try await KithClient.connect(socketPath: server.path)
            let status = try await client.status()
            #expect(status.value.version == "test")
            await server.stop()
            try await eventually { !client.isOpen }
            let error = await #expect(throws: KithClientError.self) { _ = try await client.status() }
            #expect(error?.code == .closed)
        }
    }

    @Test func `a service that is not there is not reachable`() async throws {
        for path in ["/tmp/kith-nobody-\(UInt64.random(in: 0 ... .max))", "/tmp/" + String(repeating: "x", count: 200)]
        {
            let error = await #expect(throws: KithClientError.self) {
                _ = try await KithClient.connect(socketPath: path)
            }
            #expect(error?.code == .notReachable)
            #expect(error?.message.contains(path) == true)
        }
    }

    @Test func `the socket path comes from the environment`() {
        let environment = ["KITH_SOCKET": "/a", "XDG_RUNTIME_DIR": "/run/user/1"]
        #expect(KithClient.defaultSocketPath(environment: environment) == "/a")
        #expect(KithClient.defaultSocketPath(environment: ["XDG_RUNTIME_DIR": "/r"]) == "/r/kith.sock")
        #expect(KithClient.defaultSocketPath(environment: [:]) == "/tmp/kith-\(getuid()).sock")
        #expect(KithClient.defaultSocketPath(environment: ["KITH_SOCKET": ""]) == "/tmp/kith-\(getuid()).sock")
    }
}
