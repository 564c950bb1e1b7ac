internal import Schema
internal import SwiftProtobuf

/// Limits and form of competitors and markets. Lengths are bytes of UTF-8.
enum CompetitorForm {
    static let nameBytes = 200
    /// A name as it is compared with others: some letters get longer, up to three times.
    static let foldedNameBytes = 300
    static let websiteBytes = 500
    static let originBytes = 500
    /// Moves of one competitor, withdrawn ones included: every one is compared with a new one.
    static let moves = 10_000
    static let points = 20
    static let pointBytes = 200
    static let categories = 100
    static let countries = 300
    static let sizes = 1_000

    static let competitorClearable: Set<String> = ["website", "country", "description"]
    static let marketClearable: Set<String> = ["description", "categories", "countries"]

    /// Checks what is known of a competitor.
    ///
    /// - Parameter named: whether there must be a name.
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(_ detail: CompetitorDetail, named: Bool) throws(Refusal) {
        try check(name: detail.name, required: named)
        try FormCheck.text(detail.website, "detail.website", maximum: websiteBytes)
        try check(country: detail.country, "detail.country")
        try FormCheck.text(detail.description_p, "detail.description")
    }

    /// Checks what is known of a market.
    ///
    /// - Parameter named: whether there must be a name.
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(_ detail: MarketDetail, named: Bool) throws(Refusal) {
        try check(name: detail.name, required: named)
        try FormCheck.text(detail.description_p, "detail.description")
        try FormCheck.count(detail.categories.count, "detail.categories", maximum: categories)
        for (index, category) in detail.categories.enumerated() {
            try FormCheck.required(category, "detail.categories[\(index)]", maximum: ProductForm.categoryBytes)
        }
        try FormCheck.count(detail.countries.count, "detail.countries", maximum: countries)
        for (index, country) in detail.countries.enumerated() {
            guard !country.isEmpty else {
                throw Refusal(.schemaInvalid, "The country is empty. Send it.", field: "detail.countries[\(index)]")
            }
            try check(country: country, "detail.countries[\(index)]")
        }
    }

    /// Checks the points in which a competitor is strong or weak.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(points: [String], _ field: String) throws(Refusal) {
        try FormCheck.count(points.count, field, maximum: Self.points)
        for (index, point) in points.enumerated() {
            try FormCheck.required(point, "\(field)[\(index)]", maximum: pointBytes)
        }
    }

    /// Refuses fields that are set and emptied at once.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func checkClear(_ clear: [String], known: Set<String>, set: [String: Bool]) throws(Refusal) {
        try FormCheck.clear(clear, known: known)
        for (index, name) in clear.enumerated() where set[name] ?? false {
            throw Refusal(.schemaInvalid, "\(name) is set and emptied at once.", field: "clear[\(index)]")
        }
    }

    private static func check(name: String, required: Bool) throws(Refusal) {
        try FormCheck.text(name, "detail.name", maximum: nameBytes)
        let folded = FoldedName(name).bytes
        guard !folded.isEmpty || (name.isEmpty && !required) else {
            throw Refusal(.schemaInvalid, "The name is empty. Send it.", field: "detail.name")
        }
        guard folded.count <= foldedNameBytes else {
            throw Refusal(
                .limitExceeded,
                "Without the case of its letters the name has more than \(foldedNameBytes) bytes. Shorten it.",
                field: "detail.name")
        }
    }

    private static func check(country: String, _ field: String) throws(Refusal) {
        guard country.isEmpty || CountryCode.isKnown(country) else {
            throw Refusal(.schemaInvalid, "The country is no ISO 3166-1 alpha-2 code such as DE.", field: field)
        }
    }
}

/// A name as it is compared with others: without blanks around it, and without difference between upper and lower
/// case in any script.
struct FoldedName: Hashable {
    let bytes: [UInt8]

    init(_ name: String) {
        let trimmed = name.drop(while: \.isWhitespace)
        let end = trimmed.lastIndex { !$0.isWhitespace }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        // Upper case first, so that ß and ss, and the two small sigmas, are the same.
        bytes = Array(trimmed[..<end].uppercased().lowercased().utf8)
    }
}

extension CompetitorDetail {
    /// The detail with what a command sets and empties.
    func merging(_ change: CompetitorDetail, clear: [String]) -> CompetitorDetail {
        var merged = self
        if clear.contains("website") { merged.website = "" }
        if clear.contains("country") { merged.country = "" }
        if clear.contains("description") { merged.description_p = "" }
        if !change.name.isEmpty { merged.name = change.name }
        if !change.website.isEmpty { merged.website = change.website }
        if !change.country.isEmpty { merged.country = change.country }
        if !change.description_p.isEmpty { merged.description_p = change.description_p }
        return merged
    }
}

extension MarketDetail {
    /// The detail with what a command sets and empties; a list takes the place of the one before.
    func merging(_ change: MarketDetail, clear: [String]) -> MarketDetail {
        var merged = self
        if clear.contains("description") { merged.description_p = "" }
        if clear.contains("categories") { merged.categories = [] }
        if clear.contains("countries") { merged.countries = [] }
        if !change.name.isEmpty { merged.name = change.name }
        if !change.description_p.isEmpty { merged.description_p = change.description_p }
        if !change.categories.isEmpty { merged.categories = change.categories }
        if !change.countries.isEmpty { merged.countries = change.countries }
        return merged
    }
}

/// What a move says, in a form in which two can be compared.
struct MoveContent {
    private let content: CompetitorMoved

    /// Without what is not said about the move itself.
    init(_ moved: CompetitorMoved) {
        var content = moved
        content.reason = ""
        content.clearSource()
        self.content = content
    }

    /// Eight bytes by which the same move is looked for (FNV-1a). That two moves have the same ones proves nothing:
    /// `isSame` is then asked.
    var digest: [UInt8] {
        let bytes: [UInt8] = (try? content.serializedBytes()) ?? []
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: hash >> $0) }
    }

    func isSame(as other: CompetitorMoved) -> Bool { content.isIdentical(to: MoveContent(other).content) }
}
