internal import Schema

/// What a verification of the log came to, for a person.
enum VerifyText {
    static func lines(_ result: VerifyProgress) -> [String] {
        var fields = FieldList()
        fields.add("records", "\(result.position)")
        fields.add("streams", "\(result.streams)")
        fields.add("commands", "\(result.commands)")
        fields.add("bytes", "\(result.bytes)")
        fields.add("seconds", MoneyText.decimal(Int64(result.seconds * 1_000), scale: 3))
        fields.add("MB/s", "\(Int(result.bytesPerSecond / 1_000_000))")
        fields.add("root", Hexadecimal.text(result.root))
        fields.add("index", result.indexPosition == 0 ? "not compared" : "agrees at position \(result.indexPosition)")
        guard result.hasDamage else { return fields.lines + ["The log is sound."] }
        let damage = result.damage
        return fields.lines + [
            "", "DAMAGED at position \(damage.position): \(Labels.of(damage.kind))", damage.sentence, advice(damage),
        ]
    }

    /// What to do about it.
    private static func advice(_ damage: LogDamage) -> String {
        switch damage.kind {
        case .index:
            "The log itself is sound so far. Where the service found this, start it again and the index is made anew; else stop it and delete the directory index first."
        case .root where damage.position == 1:
            "Stop the service, keep a copy of the data directory, and compare with a root that was kept elsewhere."
        default:
            "Everything before position \(damage.position) is sound. Stop the service, keep a copy of the data directory as it is, check the disk, and restore the log from a backup that this command finds sound."
        }
    }
}
