public import Schema

/// The pages of a history request.
public typealias HistoryPages = ResponseSequence<Answer<HistoryPage>>

/// The progress of a verification.
public typealias VerifyUpdates = ResponseSequence<VerifyProgress>

/// The progress of a rebuild.
public typealias RebuildUpdates = ResponseSequence<RebuildProgress>

/// The progress of a backup.
public typealias BackupUpdates = ResponseSequence<BackupProgress>

extension KithClient {
    /// Reads events in the order of the log, page by page; with `follow`, new ones as they become durable.
    ///
    /// The service sends pages only as fast as they are consumed. Leaving the loop cancels the request.
    ///
    /// ```swift
    /// var request = HistoryRequest()
    /// request.all = true
    /// for try await page in client.history(request) {
    ///     for event in page.value.events { print(event.position, event.kind) }
    /// }
    /// ```
    public func history(_ request: HistoryRequest) -> HistoryPages {
        ResponseSequence(connection: connection, request: .history(request)) { response in
            guard case .history(let page)? = response.response else { return nil }
            return Answer(value: page, reflects: response.reflects)
        }
    }

    /// Rebuilds a projection while the service runs, and tells its progress about four times a second. The last
    /// progress of each projection says `done`. Leaving the loop cancels the rebuild.
    public func rebuild(_ request: RebuildRequest) -> RebuildUpdates {
        ResponseSequence(connection: connection, request: .rebuild(request)) { response in
            guard case .rebuild(let progress)? = response.response else { return nil }
            return progress
        }
    }

    /// Writes a backup into a directory of the service's machine, and tells its progress about four times a second. The
    /// last progress says `done`. Leaving the loop cancels the backup.
    public func backup(_ request: BackupRequest) -> BackupUpdates {
        ResponseSequence(connection: connection, request: .backup(request)) { response in
            guard case .backup(let progress)? = response.response else { return nil }
            return progress
        }
    }

    /// Has the whole log checked while the service runs, and tells the progress about four times a second. The last one
    /// says `done`, and holds the damage where there is any. Leaving the loop cancels the verification.
    public func verify(_ request: VerifyRequest = VerifyRequest()) -> VerifyUpdates {
        ResponseSequence(connection: connection, request: .verify(request)) { response in
            guard case .verify(let progress)? = response.response else { return nil }
            return progress
        }
    }
}
