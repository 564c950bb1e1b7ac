internal import Schema

/// The values of a mapping by name. A name that no value has means the column of that name, as text.
struct ValueNames {
    private(set) var rules: [ValueRule] = []

    /// Reads the values that a mapping declares. A value that names others names such as stand before it, or columns:
    /// so none can name itself on any way, and each is found in few steps.
    init(_ members: [JSONValue.Member], path: String) throws(MappingProblem) {
        for member in members {
            let path = "\(path).\(member.name)"
            let rule = try ValueRule(member.name, member.value, path: path, &self)
            guard !rules.contains(where: { $0.name == member.name }) else {
                throw MappingProblem(path: path, message: "is named before it stands; put it first")
            }
            rules.append(rule)
        }
    }

    /// The index of the value with this name.
    mutating func index(of name: String, path: String) throws(MappingProblem) -> Int {
        guard !name.isEmpty else { throw MappingProblem(path: path, message: "names nothing") }
        if let index = rules.firstIndex(where: { $0.name == name }) { return index }
        rules.append(ValueRule(name: name, source: .column(name)))
        return rules.count - 1
    }
}

extension ValueRule {
    private enum KindWord: String, CaseIterable {
        case text, integer, decimal, money, time
    }

    fileprivate init(
        _ name: String, _ value: JSONValue, path: String, _ names: inout ValueNames
    ) throws(MappingProblem) {
        var object = try MappingObject(value, path: path)
        self.init(name: name, source: try Self.source(&object, &names))
        choice = try object.word("of", Choice.self) ?? .same
        reach = try Self.reach(&object, &names)
        if case .values(let others, _) = source {
            kind = names.rules[others[0]].kind
        } else {
            try readForm(&object)
        }
        try object.finish()
    }

    /// Reads how the text of a field becomes the value.
    private mutating func readForm(_ object: inout MappingObject) throws(MappingProblem) {
        kind = try Self.kind(&object)
        trims = try object.flag("trim") ?? false
        if let texts = try object.texts("empty") { empty = Set(texts).union([""]) }
        substitute = try object.text("default")
        if let members = try object.object("words") { words = try Self.words(members, path: object.path("words")) }
        otherwise = try object.text("otherwise")
        guard otherwise == nil || words != nil else { throw object.problem("otherwise", "needs words") }
        ignoresOffset = try object.flag("ignoreOffset") ?? false
        if ignoresOffset {
            guard case .time = kind else { throw object.problem("ignoreOffset", "needs a time") }
        }
        negates = try object.flag("negate") ?? false
        decimalPoint = try object.character("decimalPoint") ?? "."
        thousands = try object.character("thousands")
        if negates {
            switch kind {
            case .integer, .decimal, .money: break
            case .text, .time: throw object.problem("negate", "needs a number")
            }
        }
    }

    private static func source(
        _ object: inout MappingObject, _ names: inout ValueNames
    ) throws(MappingProblem) -> Source {
        let column = try object.text("column")
        let constant = try object.text("constant")
        let least = try object.texts("leastOf")
        let greatest = try object.texts("greatestOf")
        switch (column, constant, least, greatest) {
        case (let column?, nil, nil, nil): return .column(column)
        case (nil, let constant?, nil, nil): return .constant(constant)
        case (nil, nil, let others?, nil): return .values(try comparable(others, "leastOf", object, &names), .least)
        case (nil, nil, nil, let others?):
            return .values(try comparable(others, "greatestOf", object, &names), .greatest)
        default:
            throw MappingProblem(
                path: object.path, message: "must have one of: column, constant, leastOf, greatestOf")
        }
    }

    /// Values that can be compared with each other: all of them times, or texts, or numbers.
    private static func comparable(
        _ others: [String], _ member: String, _ object: MappingObject, _ names: inout ValueNames
    ) throws(MappingProblem) -> [Int] {
        var values: [Int] = []
        for name in others { values.append(try names.index(of: name, path: object.path(member))) }
        let kinds = Set(values.map { names.rules[$0].kind.order })
        guard kinds.count == 1 else {
            throw object.problem(member, "must name values that are all times, or all texts, or all numbers")
        }
        return values
    }

    private static func reach(
        _ object: inout MappingObject, _ names: inout ValueNames
    ) throws(MappingProblem) -> Reach {
        let soFar = try object.word("soFar", Extreme.self)
        guard let earlier = object.take("earlier") else { return soFar.map { .soFar($0) } ?? .itself }
        guard soFar == nil else { throw object.problem("earlier", "and soFar cannot stand together") }
        if case .bool(let isEarlier) = earlier { return isEarlier ? .earlier([]) : .itself }
        return .earlier(try Condition.list(earlier, path: object.path("earlier"), &names))
    }

    private static func kind(_ object: inout MappingObject) throws(MappingProblem) -> Kind {
        switch try object.word("type", KindWord.self) ?? .text {
        case .text: return .text
        case .integer: return .integer
        case .decimal: return .decimal
        case .money:
            let currency = try object.requiredText("currency")
            guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
                throw object.problem("currency", "must be a code of ISO 4217")
            }
            return .money(digits: CurrencyCode.shownDigits(currency))
        case .time: return try time(&object)
        }
    }

    private static func time(_ object: inout MappingObject) throws(MappingProblem) -> Kind {
        let zoneName = try object.text("zone") ?? "UTC"
        guard let zone = ZoneClock(name: zoneName) else {
            throw object.problem("zone", "must be UTC or an IANA zone such as Europe/London")
        }
        let text = try object.text("pattern") ?? "iso"
        do throws(TimePattern.Problem) {
            return .time(try TimePattern(text), zone)
        } catch {
            throw object.problem("pattern", "cannot be used: \(error.message)")
        }
    }

    private static func words(
        _ members: [JSONValue.Member], path: String
    ) throws(MappingProblem) -> [String: String] {
        var words: [String: String] = [:]
        for member in members {
            guard let word = member.value.text else { throw MappingProblem(path: path, message: "must hold strings") }
            words[member.name] = word
        }
        return words
    }
}

extension Condition {
    /// Reads one condition, or a list of conditions that must all hold.
    static func list(
        _ value: JSONValue, path: String, _ names: inout ValueNames
    ) throws(MappingProblem) -> [Condition] {
        guard case .array(let values) = value else { return [try Condition(value, path: path, &names)] }
        var conditions: [Condition] = []
        for (index, value) in values.enumerated() {
            conditions.append(try Condition(value, path: "\(path)[\(index)]", &names))
        }
        return conditions
    }

    init(_ json: JSONValue, path: String, _ names: inout ValueNames) throws(MappingProblem) {
        var object = try MappingObject(json, path: path)
        value = try names.index(of: object.requiredText("value"), path: object.path("value"))
        negated = try object.flag("not") ?? false
        var tests: [Test] = []
        if let empty = try object.flag("empty") {
            tests.append(.isEmpty)
            negated = negated != !empty
        }
        if let value = object.take("equals") { tests.append(try Self.equality(value, path: object.path("equals"))) }
        if let texts = try object.texts("in") { tests.append(.isOneOf(Set(texts))) }
        if let name = try object.text("sameAs") {
            tests.append(.isSameAs(try names.index(of: name, path: object.path("sameAs"))))
        }
        if let text = try object.text("startsWith") { tests.append(.startsWith(text)) }
        if let limit = try Self.limit("below", &object) { tests.append(.below(limit)) }
        if let limit = try Self.limit("above", &object) { tests.append(.above(limit)) }
        guard tests.count == 1 else {
            throw MappingProblem(
                path: path, message: "must have one of: empty, equals, in, sameAs, startsWith, below, above")
        }
        test = tests[0]
        try object.finish()
    }

    /// A text is compared byte for byte, a number as a number.
    private static func equality(_ value: JSONValue, path: String) throws(MappingProblem) -> Test {
        if let text = value.text { return .equals(text) }
        if case .number(let digits) = value, let number = DecimalNumber(digits) { return .equalsNumber(number) }
        throw MappingProblem(path: path, message: "must be a string or a decimal number")
    }

    private static func limit(
        _ name: String, _ object: inout MappingObject
    ) throws(MappingProblem) -> DecimalNumber? {
        guard let value = object.take(name) else { return nil }
        guard case .number(let digits) = value, let number = DecimalNumber(digits) else {
            throw object.problem(name, "must be a decimal number")
        }
        return number
    }
}
