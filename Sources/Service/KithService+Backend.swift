package import CRM
package import Schema

/// What the faces ask for. A query that its caller's roles do not allow is written into the journal of refusals here,
/// for every query alike.
extension KithService {
    package func get(_ request: GetRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<GetResponse> {
        try await journaling(.get(request), from: caller) { () async throws(Refusal) in
            try await record(request, from: caller)
        }
    }

    package func list(
        _ request: ListRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<ListResponse> {
        try await journaling(.list(request), from: caller) { () async throws(Refusal) in
            try await records(request, from: caller)
        }
    }

    package func customer(
        _ request: CustomerRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Customer> {
        try await journaling(.customer(request), from: caller) { () async throws(Refusal) in
            try await customerView(request, from: caller)
        }
    }

    package func history(
        _ request: HistoryRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> any HistoryReader {
        try await journaling(.history(request), from: caller) { () async throws(Refusal) in
            try await historyReader(request, from: caller)
        }
    }

    package func status(
        _ request: StatusRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<StatusResponse> {
        try await journaling(.status(request), from: caller) { () async throws(Refusal) in
            try await state(request, from: caller)
        }
    }

    package func rebuild(
        _ request: RebuildRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<RebuildProgress>) async -> Void
    ) async throws(Refusal) {
        try await journaling(.rebuild(request), from: caller) { () async throws(Refusal) in
            try await rebuildProjections(request, from: caller, progress: progress)
        }
    }

    package func backup(
        _ request: BackupRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<BackupProgress>) async -> Void
    ) async throws(Refusal) {
        try await journaling(.backup(request), from: caller) { () async throws(Refusal) in
            try await writeBackup(request, from: caller, progress: progress)
        }
    }

    package func verify(
        _ request: VerifyRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<VerifyProgress>) async -> Void
    ) async throws(Refusal) {
        try await journaling(.verify(request), from: caller) { () async throws(Refusal) in
            try await verifyLog(request, from: caller, progress: progress)
        }
    }

    package func answer(
        _ query: Request.OneOf_Request, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try await journaling(query, from: caller) { () async throws(Refusal) in
            try await answerQuery(query, from: caller)
        }
    }
}
