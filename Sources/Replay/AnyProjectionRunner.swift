package import Schema

/// A projection's runner, whatever the projection.
package protocol AnyProjectionRunner: AnyObject, Sendable {
    /// Name of the projection.
    nonisolated var name: String { get }
    /// Why the store was discarded and made anew, when it was opened or since then; nil where it was not.
    nonisolated var discarded: String? { get }
    /// Follows the log until it is stopped or the task is cancelled; then commits what was folded.
    func run() async
    /// Ends `run` after the page at hand. Does not wait for it.
    nonisolated func stop()
    /// How the projection stands to the log now.
    func standing() async throws(ReplayError) -> ProjectionStanding
    /// Waits until the projection has applied the event at `position`.
    func wait(for position: Position, deadlineMilliseconds: Int) async throws(ReplayError)
    /// What operators see of the projection.
    func status(digest: Bool) async throws(ReplayError) -> ProjectionStatus
    /// SHA-256 over all rows, and the position that they reflect.
    func digest() async throws(ReplayError) -> (position: Position, digest: [UInt8])
    /// Makes the projection anew from the log, while it goes on answering, and puts the new rows in its place.
    func rebuild(
        progress: @escaping @Sendable (RebuildProgress) async -> Void
    ) async throws(ReplayError) -> RebuildProgress
}
