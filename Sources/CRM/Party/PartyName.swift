internal import Schema

extension PartyNamePersonal {
    /// Whether there is a name: a part or a display form with text. Texts count as they are, blank ones too.
    var hasText: Bool { !display.isEmpty || parts.contains { !$0.text.isEmpty } }

    /// The same name with a display form, made from the parts where none was sent. Parts without any text are no
    /// name, so that of them nothing is kept; a change leaves them out as well.
    var displayed: PartyNamePersonal {
        var copy = self
        if !hasText { copy.parts = [] }
        if copy.display.isEmpty { copy.display = Self.display(of: parts) }
        return copy
    }

    /// How a name reads: its parts in their order with spaces between; of Han characters the family name first and
    /// without spaces. How it sounds and the legal form are left out where there is anything else.
    static func display(of parts: [NamePart]) -> String {
        let written = parts.filter { !$0.text.isEmpty }
        let spoken = written.filter { $0.kind != .phonetic && $0.kind != .legal }
        let shown = spoken.isEmpty ? written : spoken
        guard shown.allSatisfy(\.isHan) else { return shown.map(\.text).joined(separator: " ") }
        let family = shown.filter { $0.kind == .family }
        let rest = shown.filter { $0.kind != .family }
        return (family + rest).map(\.text).joined()
    }

    /// The name after a change: what is absent stays, what is to be emptied goes.
    ///
    /// Parts and display form are one field, the name as it is written: a change replaces both.
    func changed(by change: PartyNamePersonal, clear: [String]) -> PartyNamePersonal {
        var name = self
        if clear.contains("name") {
            name.parts = []
            name.display = ""
        } else if change.hasText {
            name.write(change)
        }
        if clear.contains("tax_number") {
            name.taxNumber = ""
        } else if !change.taxNumber.isEmpty {
            name.taxNumber = change.taxNumber
        }
        if clear.contains("invoice_title") {
            name.invoiceTitle = ""
        } else if !change.invoiceTitle.isEmpty {
            name.invoiceTitle = change.invoiceTitle
        }
        return name
    }

    /// Takes over parts and display form, except where only one of them is sent and says what is there already.
    private mutating func write(_ change: PartyNamePersonal) {
        let sameParts = Self.isSame(change.parts, parts)
        let sameDisplay = change.display.utf8.elementsEqual(display.utf8)
        if change.parts.isEmpty && sameDisplay { return }
        if change.display.isEmpty && sameParts { return }
        parts = change.parts
        display = change.displayed.display
    }

    private static func isSame(_ left: [NamePart], _ right: [NamePart]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0.isIdentical(to: $1) }
    }

    /// Refuses what cannot be a name.
    ///
    /// - Throws: LIMIT_EXCEEDED, SCHEMA_INVALID.
    func check(_ field: String = "name") throws(Refusal) {
        try FormCheck.count(parts.count, "\(field).parts", maximum: Limits.nameParts)
        for (index, part) in parts.enumerated() {
            try FormCheck.choice(part.kind, "\(field).parts[\(index)].kind", required: true)
            try FormCheck.text(part.text, "\(field).parts[\(index)].text")
        }
        try FormCheck.text(display, "\(field).display")
        // The display form that would be made has to fit as well.
        try FormCheck.text(displayed.display, "\(field).parts")
        try FormCheck.text(taxNumber, "\(field).tax_number")
        try FormCheck.text(invoiceTitle, "\(field).invoice_title")
    }

    /// Bytes of all texts.
    var textBytes: Int {
        parts.reduce(display.utf8.count + taxNumber.utf8.count + invoiceTitle.utf8.count) { $0 + $1.text.utf8.count }
    }
}

extension NamePart {
    fileprivate var isHan: Bool { text.unicodeScalars.allSatisfy(\.properties.isIdeographic) }
}
