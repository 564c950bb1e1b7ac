internal import CRM
internal import EventLog
internal import Schema
internal import SwiftProtobuf
internal import Synchronization

/// States of recently used aggregates, bounded by their approximate size.
///
/// The writer's thread puts them in as it decides; preparation on other threads only looks. A state is right for one
/// revision of its stream, so what is behind is noticed and folded again.
final class StateCache: Sendable {
    struct Entry: Sendable {
        var revision: Revision
        var state: any SwiftProtobuf.Message
        /// Approximate size in bytes: a flat amount plus the payloads folded into it.
        var size: Int
    }

    private let entries: Mutex<ClockCache<StreamNumber, Entry>>
    /// What an entry costs beside its payloads.
    static let baseSize = 600

    /// - Parameter capacity: bytes, approximately.
    init(capacity: Int) { entries = Mutex(ClockCache(capacity: capacity)) }

    /// The state of a stream at exactly this revision, or nil.
    func entry(_ stream: StreamNumber, revision: Revision) -> Entry? {
        guard let entry = entries.withLock({ $0.value(stream) }), entry.revision == revision else { return nil }
        return entry
    }

    /// Puts in the state of a stream, in place of an earlier one.
    func put(_ entry: Entry, _ stream: StreamNumber) {
        entries.withLock { $0.put(entry, stream, weight: entry.size) }
    }
}
