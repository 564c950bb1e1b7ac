internal import Crypto
internal import FoundationEssentials

/// Keyed hashes, all HMAC-SHA-256 under keys of the log's own.
extension KeyVault {
    /// The token by which an index finds a normalised e-mail, phone, reference or word.
    ///
    /// - Parameters:
    ///   - domain: What kind of value it is; tokens of different domains never meet.
    ///   - normalised: The value's bytes in their normal form.
    package func lookupToken(domain: String, _ normalised: [UInt8]) -> LookupToken {
        var message: [UInt8] = []
        let domainBytes = Array(domain.utf8)
        message.reserveCapacity(8 + domainBytes.count + normalised.count)
        message.append(littleEndian: UInt32(domainBytes.count))
        message += domainBytes
        message.append(littleEndian: UInt32(normalised.count))
        message += normalised
        return LookupToken(leading: lookupHash(message))
    }

    /// The fingerprint (32 bytes) by which a repeated command id is recognised as the same command.
    package func fingerprint(_ content: [UInt8]) -> [UInt8] {
        Array(fingerprintHash(content))
    }

    /// The command id (16 bytes, a UUID of version 8) that an idempotency key of any length stands for.
    package func commandID(idempotencyKey: [UInt8]) -> [UInt8] {
        var id = Array(commandIDHash(idempotencyKey).prefix(16))
        id[6] = id[6] & 0x0F | 0x80
        id[8] = id[8] & 0x3F | 0x80
        return id
    }
}

/// HMAC-SHA-256 (RFC 2104) under one key, its two key blocks hashed once: half of the work for a short message.
struct KeyedHash: Sendable {
    private let keyed: HMAC<SHA256>

    init(key: SymmetricKey) { keyed = HMAC(key: key) }

    func callAsFunction(_ message: [UInt8]) -> HMAC<SHA256>.MAC {
        var hash = keyed
        hash.update(data: message)
        return hash.finalize()
    }
}
