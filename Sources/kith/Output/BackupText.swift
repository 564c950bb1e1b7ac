internal import Backup
internal import EventLog
internal import Schema

/// What a backup or a restore has come to, for a person.
enum BackupText {
    /// What is backed up.
    static func name(of part: BackupPart) -> String {
        switch part {
        case .keys: "keys"
        case .bodies: "bodies"
        case .unspecified, .log, .UNRECOGNIZED: "log"
        }
    }

    static func lines(_ progress: BackupProgress) -> [String] {
        var fields = FieldList()
        fields.add("backup of", "the \(name(of: progress.part))")
        if progress.file.isEmpty {
            fields.add("file", "none: nothing is new since the last backup")
        } else {
            fields.add("file", progress.file)
            if progress.first > 0 { fields.add("positions", "\(progress.first) to \(progress.position)") }
            fields.add("bytes", "\(progress.bytes)")
        }
        if !progress.root.isEmpty {
            fields.add("size", "\(progress.position)")
            fields.add("root", Hexadecimal.text(progress.root))
        }
        for deleted in progress.deleted { fields.add("deleted", deleted) }
        fields.add("seconds", MoneyText.decimal(Int64(progress.seconds * 1_000), scale: 3))
        return fields.lines
    }

    static func json(_ outcome: RestoreOutcome) -> JSONValue {
        .members(
            ("restored", .integer(outcome.restored.rawValue)), ("root", .string(Hexadecimal.text(outcome.root.bytes))),
            ("recordedAt", .string(TimeText.iso(outcome.recordedAt))),
            ("backedUp", .integer(outcome.backedUp.rawValue)), ("epoch", .integer(outcome.epoch)))
    }

    static func lines(_ outcome: RestoreOutcome, directory: String) -> [String] {
        var fields = FieldList()
        fields.add("data directory", directory)
        fields.add("restored", "positions 1 to \(outcome.restored), recorded until \(TimeText.iso(outcome.recordedAt))")
        fields.add("root", Hexadecimal.text(outcome.root.bytes))
        fields.add("backups end", "at position \(outcome.backedUp)")
        if let keys = outcome.keys {
            fields.add(
                "keys", "\(keys.slots), as of \(TimeText.iso(keys.madeAt)) with the log at position \(keys.position)")
            fields.add("bodies", keys.items.map { "\($0)" } ?? "none: there is no backup of them")
            fields.add("erased since", "\(keys.erased)")
        }
        fields.add("epoch", "\(outcome.epoch), opened by position \(outcome.restored.advanced(by: 1))")
        return fields.lines
    }
}
