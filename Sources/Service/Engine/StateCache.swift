internal import CRM
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

    private struct State {
        var young: [StreamNumber: Entry] = [:]
        var old: [StreamNumber: Entry] = [:]
        var youngSize = 0
    }

    private let state = Mutex(State())
    private let generationSize: Int
    /// What an entry costs beside its payloads.
    static let baseSize = 600

    /// - Parameter capacity: bytes, approximately.
    init(capacity: Int) { generationSize = capacity / 2 }

    /// The state of a stream at exactly this revision, or nil.
    func entry(_ stream: StreamNumber, revision: Revision) -> Entry? {
        state.withLock { state in
            if let entry = state.young[stream] { return entry.revision == revision ? entry : nil }
            guard let entry = state.old[stream], entry.revision == revision else { return nil }
            insert(entry, stream, &state)
            return entry
        }
    }

    /// Puts in the state of a stream, in place of an earlier one.
    func put(_ entry: Entry, _ stream: StreamNumber) {
        state.withLock { insert(entry, stream, &$0) }
    }

    // Two generations approximate least-recently-used: what was not looked at for a whole generation goes.
    private func insert(_ entry: Entry, _ stream: StreamNumber, _ state: inout sending State) {
        let before = state.young.updateValue(entry, forKey: stream)
        state.youngSize += entry.size - (before?.size ?? 0)
        guard state.youngSize > generationSize else { return }
        state.old = state.young
        state.young = [:]
        state.youngSize = 0
    }
}
