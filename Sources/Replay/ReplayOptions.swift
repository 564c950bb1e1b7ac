/// How much a projection takes at once, and how often it commits.
package struct ReplayOptions: Sendable, Hashable {
    /// Most records of one page.
    package var pageRecords = 1_024
    /// Bytes of records after which a page ends.
    package var pageBytes = 1 << 20
    /// How long events are gathered before they are folded, in milliseconds, while nobody waits for them.
    package var gatherMilliseconds = 20
    /// How long changed rows may wait for their commit, in milliseconds. What waits is folded again after a crash.
    package var commitMilliseconds = 500
    /// How long a checkpoint that moved over events of other kinds may wait, in milliseconds.
    package var idleCommitMilliseconds = 5_000
    /// Changed rows after which a commit comes at once.
    package var commitRows = 65_536
    /// Bytes of changed rows after which a commit comes at once.
    package var commitBytes = 16 << 20
    /// Bytes of changed rows that a rebuild collects before it writes them, sorted, into its store. The larger, the
    /// fewer random writes; memory use is about half as much again.
    package var rebuildBytes = 192 << 20
    /// How often a rebuild says how far it is, in milliseconds. Where it is cancelled it ends as soon.
    package var progressMilliseconds = 250
    /// An empty projection of a log with more events than this is built like a rebuild, not by the live loop.
    package var initialBuildEvents = 20_000

    package init() {}
}
