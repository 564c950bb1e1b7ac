package import EventLog
package import Schema

/// Segments that follow each other from position 1 on, so that the root at the end of each is that before the next.
package struct SegmentChain: Sendable {
    package let segments: [Segment]

    /// The last position; none where there is no segment.
    package var last: Position { segments.last?.trailer.last ?? .none }
    /// The tree over all records of the chain.
    package var frontier: MerkleFrontier { segments.last?.trailer.frontier ?? MerkleFrontier() }
    /// The epoch of the last segment; 0 where there is none.
    package var epoch: UInt32 { segments.last?.header.epoch ?? 0 }

    private init(_ segments: [Segment]) { self.segments = segments }

    /// The longest chain of the latest epoch for which `isPart` holds; an empty one where there are no segments.
    ///
    /// - Parameters:
    ///   - segments: of one log, in any order.
    ///   - isPart: whether a segment may be the end of the chain.
    /// - Throws: `missing` where segments before the one that would end the chain are not there.
    package init(
        latestOf segments: [Segment], where isPart: (Segment) -> Bool
    ) throws(BackupError) {
        let candidates = segments.filter(isPart)
        guard
            let end = candidates.max(by: {
                ($0.header.epoch, $0.trailer.last) < ($1.header.epoch, $1.trailer.last)
            })
        else {
            self.init([])
            return
        }
        var chain = [end]
        var first = end
        while first.header.first > Position(1) {
            let before = segments.first { segment in
                segment.trailer.last.advanced(by: 1) == first.header.first
                    && segment.trailer.frontier.root == first.header.rootBefore
            }
            guard let before else {
                throw BackupError(
                    .missing,
                    "\(first.path) follows a backup that ends at position \(first.header.first.rawValue - 1), which is "
                        + "not there. Put it back, or begin in a new directory.")
            }
            chain.append(before)
            first = before
        }
        self.init(chain.reversed())
    }
}

extension EventLog {
    /// Whether the log still has the records that a segment of this epoch had up to its end: no restore of a later epoch
    /// went behind it.
    func contains(_ segment: Segment) -> Bool {
        epochs.contains { $0.number == segment.header.epoch }
            && epochs.allSatisfy { later in
                later.number <= segment.header.epoch || segment.trailer.last <= later.restored
            }
    }
}
