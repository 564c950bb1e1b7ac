internal import Schema

/// Limits of the headers of e-mails. Lengths are bytes of UTF-8.
enum EmailLimits {
    /// The longest line that RFC 5322 allows.
    static let lineBytes = 998
    /// References that are kept, and the most that are taken.
    static let references = 100
    static let referencesSent = 1_000
    /// Addresses in each of To and Cc.
    static let addresses = 100
    /// All of a header together, so that it fits into a record beside the text.
    static let headerBytes = 40_000
}

extension EmailPersonal {
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkForm(_ field: String) throws(Refusal) {
        try FormCheck.count(references.count, field + ".references", maximum: EmailLimits.referencesSent)
        try Self.check(messageID: messageID, field + ".message_id")
        try Self.check(messageID: inReplyTo, field + ".in_reply_to")
        for (index, reference) in references.enumerated() {
            try Self.check(messageID: reference, "\(field).references[\(index)]")
        }
        try FormCheck.text(from, field + ".from", maximum: EmailLimits.lineBytes)
        try FormCheck.text(subjectLine, field + ".subject_line", maximum: EmailLimits.lineBytes)
        for (addresses, name) in [(to, "to"), (cc, "cc")] {
            try FormCheck.count(addresses.count, "\(field).\(name)", maximum: EmailLimits.addresses)
            for (index, address) in addresses.enumerated() {
                try FormCheck.text(address, "\(field).\(name)[\(index)]", maximum: EmailLimits.lineBytes)
            }
        }
        if hasSentAt { _ = try Instant.required(sentAt, field + ".sent_at") }
        let kept = kept
        let texts = [kept.messageID, kept.inReplyTo, kept.from, kept.subjectLine] + kept.references + kept.to + kept.cc
        guard texts.reduce(0, { $0 + $1.utf8.count }) <= EmailLimits.headerBytes else {
            throw Refusal(
                .limitExceeded,
                "The header has more than \(EmailLimits.headerBytes) bytes. Leave out addresses or old references.",
                field: field)
        }
    }

    /// An id as it stands between angle brackets; empty is fine.
    private static func check(messageID: String, _ field: String) throws(Refusal) {
        try FormCheck.text(messageID, field, maximum: EmailLimits.lineBytes)
        let isFormed = messageID.utf8.allSatisfy { byte in
            byte > 0x20 && byte != 0x7F && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
        }
        guard isFormed else {
            throw Refusal(.schemaInvalid, "Message ids stand without angle brackets and blanks.", field: field)
        }
    }

    /// The header as it is kept: of many references the first, by which the conversation began, and the last ones.
    var kept: EmailPersonal {
        guard references.count > EmailLimits.references else { return self }
        var kept = self
        kept.references = Array(references.prefix(1) + references.suffix(EmailLimits.references - 1))
        return kept
    }
}

extension ExternalKey {
    /// The key under which the ticket or the interaction is found that holds the e-mail with this Message-ID.
    init(messageID: String) { self.init(system: ReservedSystem.messageID, key: messageID) }
}
