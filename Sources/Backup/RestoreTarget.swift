package import EventLog
package import Schema

/// How far a log is put back.
package enum RestoreTarget: Sendable, Hashable {
    /// Everything that the backups hold.
    case end
    /// The last whole command at or before a position.
    case position(Position)
    /// The last whole command that was recorded at or before an instant.
    case instant(Instant)

    /// Whether a record lies behind it.
    func isPassed(by header: EventHeader) -> Bool {
        switch self {
        case .end: false
        case .position(let position): header.position > position
        case .instant(let instant): header.recordedAt > instant
        }
    }
}

/// What stands behind the records that a restore puts back.
package struct RestoreReason: Sendable, Hashable {
    /// Why it is done, in words without personal data.
    package var text: String
    /// The user id of who does it.
    package var uid: UInt32

    package init(text: String, uid: UInt32) {
        self.text = text
        self.uid = uid
    }
}

/// What a restore has come to.
package struct RestoreOutcome: Sendable, Hashable {
    /// The last position that was restored, and the root of the tree up to there.
    package var restored: Position
    package var root: TreeHash
    /// When the record there was recorded.
    package var recordedAt: Instant
    /// The last position that the backups hold.
    package var backedUp: Position
    /// The epoch that the restored log is in: its first event stands behind the restored ones.
    package var epoch: UInt32
    /// What was put back beside the log; nil where nothing was asked for.
    package var keys: KeyRestore.Outcome?
}
