package import Schema

extension StoredEvent {
    /// Where the sealed part of the event's subject with this index stands, counted as the decision gave them.
    ///
    /// A sealed fingerprint is the first entry of the record's subject table, before the event's own subjects.
    package func sealed(subject index: Int = 0) -> SealedRef {
        var reference = SealedRef()
        reference.position = position.rawValue
        reference.entry = UInt32(header.flags.contains(.fingerprintSealed) ? index + 1 : index)
        return reference
    }
}
