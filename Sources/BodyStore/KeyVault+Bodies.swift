internal import KeyVault

extension KeyVault {
    /// Wraps the key of an item under that of its owner.
    ///
    /// - Parameter identity: what the wrapped key is bound to: log id and item id.
    /// - Returns: 60 bytes.
    /// - Throws: `erased` where the owner's key was destroyed, `damaged`, `io`.
    func wrap(_ key: [UInt8], for owner: BodyOwner, boundTo identity: [UInt8]) throws(BodyStoreError) -> [UInt8] {
        do throws(VaultError) {
            return try seal(key, slot: owner.slot, associatedData: identity)
        } catch {
            throw BodyStoreError(error)
        }
    }

    /// The key of an item that `wrap` has wrapped.
    ///
    /// - Throws: `erased` where the owner's key was destroyed, `damaged`, `io`.
    func unwrap(_ wrapped: [UInt8], for owner: BodyOwner, boundTo identity: [UInt8]) throws(BodyStoreError) -> [UInt8] {
        do throws(VaultError) {
            return try open(wrapped, slot: owner.slot, associatedData: identity)
        } catch {
            throw BodyStoreError(error)
        }
    }
}

extension BodyOwner {
    /// The slot whose key wraps the keys of the owner's items.
    fileprivate var slot: Slot {
        switch self {
        case .nobody: KeyVault.slotOfBodies
        case .subject(_, let slot, let generation): Slot(number: slot, generation: generation)
        }
    }
}

extension BodyStoreError {
    fileprivate init(_ error: VaultError) {
        let code: Code =
            switch error.code {
            case .erased: .erased
            case .full: .full
            case .damaged, .openFailed, .slotUnknown: .damaged
            default: .io
            }
        self.init(code, error.message)
    }
}
