import CRM
import Foundation
import Schema
import Service
import SwiftProtobuf
import Synchronization

/// A back end without a log: it answers at once, or when the test says so, and remembers what it was asked.
final class FakeBackend: ServiceBackend {
    private struct Held {
        var sink: any ReplySink
        var reply: SubmitReply
    }

    private struct State {
        var holdsCommands = false
        var held: [Held] = []
        var commandIDs: [String] = []
        var callers: Set<CallerIdentity> = []
        var lists = 0
        var pages = 0
        var position: UInt64 = 0
        var commandWindow = Int.max
        var largestCall = 0
    }

    private let state = Mutex(State())
    /// Opens when a query that waits for ever has begun.
    let hanging = Signal()
    /// Opens when such a query was cancelled.
    let cancelled = Signal()

    init(holdsCommands: Bool = false) {
        state.withLock { $0.holdsCommands = holdsCommands }
    }

    /// How many commands a connection should have unanswered.
    var commandWindow: Int {
        get { state.withLock { $0.commandWindow } }
        set { state.withLock { $0.commandWindow = newValue } }
    }
    /// The most commands that came with one call.
    var largestCall: Int { state.withLock { $0.largestCall } }
    var commandIDs: [String] { state.withLock { $0.commandIDs } }
    var callers: Set<CallerIdentity> { state.withLock { $0.callers } }
    var lists: Int { state.withLock { $0.lists } }
    var pages: Int { state.withLock { $0.pages } }

    var reflects: Reflects {
        var reflects = Reflects()
        reflects.epoch = 1
        reflects.position = state.withLock { $0.position }
        reflects.state = .live
        return reflects
    }

    // MARK: Commands

    func submit(
        _ commands: [Command], bytes: Int, from caller: CallerIdentity, to sink: any ReplySink, tag: UInt64
    ) {
        let results = commands.map { command in
            var result = CommandResult()
            result.commandID = command.id
            result.accepted.treeSize = 1
            return result
        }
        let reply = SubmitReply(tag: tag, results: results, reflects: reflects)
        let isHeld = state.withLock { state in
            state.callers.insert(caller)
            state.commandIDs += commands.map(\.id)
            state.largestCall = max(state.largestCall, commands.count)
            state.position += UInt64(commands.count)
            if state.holdsCommands { state.held.append(Held(sink: sink, reply: reply)) }
            return state.holdsCommands
        }
        if !isHeld { sink.deliver([reply]) }
    }

    /// Answers everything that is held, last first, with one delivery per connection.
    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        var sinks: [ObjectIdentifier: (sink: any ReplySink, replies: [SubmitReply])] = [:]
        for entry in held.reversed() {
            sinks[ObjectIdentifier(entry.sink), default: (entry.sink, [])].replies.append(entry.reply)
        }
        for (sink, replies) in sinks.values { sink.deliver(replies) }
    }

    // MARK: Queries

    func get(_ request: GetRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<GetResponse> {
        if request.reference.id == "missing" { throw Refusal(.notFound, "There is no such record.") }
        if request.reference.id == "hanging" { try await hang() }
        var response = GetResponse()
        response.record.id = request.reference.id
        return Answer(response, reflects)
    }

    /// Three pages with one record each, which holds `limit` bytes.
    func list(_ request: ListRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<ListResponse> {
        state.withLock { $0.lists += 1 }
        var record = Record()
        record.importJob.fileHash = Data(repeating: 0, count: Int(request.limit))
        var response = ListResponse()
        response.records = [record]
        let page = request.cursor.first ?? 0
        if page < 2 { response.cursor.append(page + 1) }
        return Answer(response, reflects)
    }

    func customer(_ request: CustomerRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<Customer> {
        var customer = Customer()
        customer.party.id = request.party.id
        return Answer(customer, reflects)
    }

    func status(
        _ request: StatusRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<StatusResponse> {
        var status = StatusResponse()
        status.version = "test"
        return Answer(status, reflects)
    }

    let metrics = ServiceMetrics()

    func metricsText(from caller: CallerIdentity) async throws(Refusal) -> String { "" }

    var health: ServiceHealth { ServiceHealth() }

    // MARK: Streams

    private final class Reader: HistoryReader {
        private let backend: FakeBackend
        private let request: HistoryRequest
        private let next = Mutex<UInt64>(1)

        init(backend: FakeBackend, request: HistoryRequest) {
            self.backend = backend
            self.request = request
        }

        func nextPage() async throws(Refusal) -> Answer<EncodedHistoryPage>? {
            let number = next.withLock { next in
                defer { next += 1 }
                return next
            }
            guard number <= request.limit else {
                if request.follow { try await backend.hang() }
                return nil
            }
            backend.state.withLock { $0.pages += 1 }
            var page = EncodedHistoryPage(next: number + 1)
            page.finish(caughtUp: false)
            return Answer(page, backend.reflects)
        }
    }

    func answer(
        _ query: Request.OneOf_Request, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        throw Refusal(.unknownCommand, "no such query")
    }

    /// `limit` pages; with `follow` it then waits for ever.
    func history(
        _ request: HistoryRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> any HistoryReader {
        if request.purpose == "forbidden" { throw Refusal(.forbidden, "Not allowed.") }
        return Reader(backend: self, request: request)
    }

    /// Done at once.
    func verify(
        _ request: VerifyRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<VerifyProgress>) async -> Void
    ) async throws(Refusal) {
        await progress(Answer(.with { $0.done = true }, reflects))
    }

    /// Ten steps, then done.
    func rebuild(
        _ request: RebuildRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<RebuildProgress>) async -> Void
    ) async throws(Refusal) {
        for position in 1...10 as ClosedRange<UInt64> {
            var step = RebuildProgress()
            step.name = request.name
            step.position = position
            step.target = 10
            step.done = position == 10
            await progress(Answer(step, reflects))
        }
    }

    /// One step, which is the last.
    func backup(
        _ request: BackupRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<BackupProgress>) async -> Void
    ) async throws(Refusal) {
        var step = BackupProgress()
        step.file = request.directory
        step.done = true
        await progress(Answer(step, reflects))
    }

    // MARK: Bodies

    /// Takes so many bytes as are announced; `text/refused` is refused, `text/hanging` never answers a content.
    private final class Receiver: BodyReceiver {
        private let backend: FakeBackend
        private let begin: PutBodyBegin
        private let received = Mutex<UInt64>(0)

        init(_ backend: FakeBackend, _ begin: PutBodyBegin) {
            self.backend = backend
            self.begin = begin
        }

        func append(_ content: [UInt8]) async throws(Refusal) -> UInt64 {
            if begin.mediaType == "text/hanging" { try await backend.hang() }
            return received.withLock { received in
                received += UInt64(content.count)
                return received
            }
        }

        func finish(contentHash hash: [UInt8]?) async throws(Refusal) -> Answer<BodyReference> {
            guard received.withLock({ $0 }) == begin.size else { throw Refusal(.bodyMismatch, "Not as announced.") }
            var body = BodyReference()
            body.itemID = "item"
            body.size = begin.size
            return Answer(body, backend.reflects)
        }
    }

    func putBody(_ begin: PutBodyBegin, from caller: CallerIdentity) async throws(Refusal) -> any BodyReceiver {
        if begin.mediaType == "text/refused" { throw Refusal(.forbidden, "Not allowed.") }
        return Receiver(self, begin)
    }

    /// Ten pieces of ten bytes.
    private final class Pieces: BodyPieces {
        let body = BodyReference.with { $0.size = 100 }
        private let next = Mutex<UInt64>(0)

        func next() async throws(Refusal) -> GetBodyResponse? {
            let number = next.withLock { next in
                defer { next += 1 }
                return next
            }
            guard number < 10 else { return nil }
            return .with {
                if number == 0 { $0.body = body }
                $0.offset = number * 10
                $0.content = Data(repeating: UInt8(number), count: 10)
            }
        }
    }

    func getBody(_ request: GetBodyRequest, from caller: CallerIdentity) async throws(Refusal) -> any BodyPieces {
        if request.itemID == "missing" { throw Refusal(.notFound, "There is no such body.") }
        return Pieces()
    }

    /// Waits until the task is cancelled.
    private func hang() async throws(Refusal) {
        let end = Signal()
        hanging.open()
        await withTaskCancellationHandler {
            await end.wait()
        } onCancel: {
            end.open()
        }
        cancelled.open()
        throw Refusal(.cancelled, "The back end was cancelled.")
    }
}

/// Something that happens once and can be waited for.
final class Signal: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
