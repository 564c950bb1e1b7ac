package import CRM
package import Schema

/// Who is at the other end of a connection: as the kernel says, or as a secret proves where there is no kernel's word.
package enum CallerIdentity: Sendable, Hashable {
    /// The user id of the peer of the local socket.
    case uid(UInt32)
    /// A socket that is bound to one service.
    case socket(String)
    /// The name of the bearer token that came with the request.
    case token(String)
}

/// Where results of commands go: one object per connection.
package protocol ReplySink: AnyObject, Sendable {
    /// Takes everything of one group commit that belongs to this connection, with one call from the writer's
    /// thread. Must not block.
    func deliver(_ replies: [SubmitReply])
}

/// The results of one submit request.
package struct SubmitReply: Sendable {
    /// The tag that came with the request.
    package var tag: UInt64
    package var results: [CommandResult]
    package var reflects: Reflects

    package init(tag: UInt64, results: [CommandResult], reflects: Reflects) {
        self.tag = tag
        self.results = results
        self.reflects = reflects
    }
}

/// An answer and what it reflects.
package struct Answer<Value: Sendable>: Sendable {
    package var value: Value
    package var reflects: Reflects

    package init(_ value: Value, _ reflects: Reflects) {
        self.value = value
        self.reflects = reflects
    }
}

/// Reads history a page at a time: nothing is read before it is asked for.
package protocol HistoryReader: Sendable {
    /// The next page, or nil at the end of the request. With `follow` it waits for new events; cancelling the task
    /// ends the wait.
    func nextPage() async throws(Refusal) -> Answer<EncodedHistoryPage>?
}

/// What every face of the service (native socket, HTTP) offers; the faces only translate.
package protocol ServiceBackend: Sendable {
    /// Takes commands; never blocks. The commands of one sink are decided in the order of the calls. The answer
    /// goes to `sink` with `tag`, always exactly once. Where too much waits already, it is `OVERLOADED` for each of them.
    ///
    /// Sinks take turns: a call is the smallest unit of one, so many commands are best given in several calls.
    ///
    /// - Parameter bytes: in how many bytes the commands came.
    func submit(
        _ commands: [Command], bytes: Int, from caller: CallerIdentity, to sink: any ReplySink, tag: UInt64)
    /// How many commands one sink should have unanswered at most at the moment: whoever keeps to it is not turned away.
    var commandWindow: Int { get }
    func get(_ request: GetRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<GetResponse>
    func list(_ request: ListRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<ListResponse>
    func customer(_ request: CustomerRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<Customer>
    func status(_ request: StatusRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<StatusResponse>
    func history(_ request: HistoryRequest, from caller: CallerIdentity) async throws(Refusal) -> any HistoryReader
    /// Answers every other query that is answered once: the views of sales and loyalty, and `recompute`.
    func answer(
        _ query: Request.OneOf_Request, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response>
    /// Rebuilds one projection (or all, one after the other) while the service runs; `progress` is called about
    /// four times a second and once at the end with `done`.
    func rebuild(
        _ request: RebuildRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<RebuildProgress>) async -> Void
    ) async throws(Refusal)
    /// Writes a backup into a directory of this machine while the service runs; `progress` is called about four times a
    /// second and once at the end with `done`.
    func backup(
        _ request: BackupRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<BackupProgress>) async -> Void
    ) async throws(Refusal)
    /// Checks the whole log while the service runs; `progress` is called about four times a second and once at the end
    /// with `done`. Damage is an answer, not a refusal.
    func verify(
        _ request: VerifyRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<VerifyProgress>) async -> Void
    ) async throws(Refusal)
    /// Begins to take the content of a body.
    func putBody(_ begin: PutBodyBegin, from caller: CallerIdentity) async throws(Refusal) -> any BodyReceiver
    /// Begins to give the content of a body.
    func getBody(_ request: GetBodyRequest, from caller: CallerIdentity) async throws(Refusal) -> any BodyPieces
    /// What is measured, in the text format of Prometheus.
    func metricsText(from caller: CallerIdentity) async throws(Refusal) -> String
    /// What the faces count.
    var metrics: ServiceMetrics { get }
    /// Whether the service lives and takes work.
    var health: ServiceHealth { get }
    /// What an answer reflects now, for errors.
    var reflects: Reflects { get }
}
