internal import Schema
internal import SwiftProtobuf

extension ImportMapping {
    /// The longest mapping file, in bytes.
    static let maximumFileLength = 1 << 20

    /// Reads a mapping file and checks everything that can be checked without a file to import.
    init(json bytes: [UInt8]) throws(MappingProblem) {
        let value: JSONValue
        do throws(JSONParser.Problem) {
            value = try JSONParser.parse(bytes)
        } catch {
            throw MappingProblem(path: "", message: "is not JSON: line \(error.line): \(error.message)")
        }
        try self.init(value)
    }

    private init(_ value: JSONValue) throws(MappingProblem) {
        var object = try MappingObject(value, path: "")
        let version = try object.count("version")
        guard version == Self.version else { throw object.problem("version", "must be \(Self.version)") }
        name = try object.requiredText("name")
        system = try object.requiredText("system")
        channel = try object.text("channel") ?? ""
        mode = try object.word("mode", ModeWord.self) == .historic ? .historic : .live
        format = try FileFormat(object.take("format") ?? .object([]), path: "format")
        key = try Self.key(&object)
        group = try object.texts("group") ?? []
        order = try object.texts("order") ?? []
        sorted = try object.flag("sorted") ?? true
        var names = try ValueNames(object.object("values") ?? [], path: "values")
        let time = try object.text("occurredAt")
        occurredAt = try time.map { (name) throws(MappingProblem) in try names.index(of: name, path: "occurredAt") }
        undatedAtStart = try object.word("withoutTime", WithoutTimeWord.self) == .start
        documents = try Self.documents(&object, &names)
        counts = try Self.counts(&object, &names)
        values = names.rules
        try object.finish()
        try check()
    }

    private enum ModeWord: String, CaseIterable {
        case historic, live
    }

    /// What becomes of rows without a time in historic mode.
    private enum WithoutTimeWord: String, CaseIterable {
        case reject, start
    }

    private static func key(_ object: inout MappingObject) throws(MappingProblem) -> RowKey {
        guard let value = object.take("key") else {
            throw object.problem("key", "must be \"row\" or a list of columns")
        }
        if value == .string("row") { return .row }
        guard case .array(let values) = value, !values.isEmpty, values.allSatisfy({ $0.text != nil }) else {
            throw object.problem("key", "must be \"row\" or a list of columns")
        }
        return .columns(values.compactMap(\.text))
    }

    private static func documents(
        _ object: inout MappingObject, _ names: inout ValueNames
    ) throws(MappingProblem) -> [Document] {
        guard let values = try object.list("documents"), !values.isEmpty else {
            throw object.problem("documents", "must be a list that is not empty")
        }
        var documents: [Document] = []
        for (index, value) in values.enumerated() {
            documents.append(try Document(value, path: "documents[\(index)]", &names))
        }
        guard Set(documents.map(\.name)).count == documents.count else {
            throw object.problem("documents", "must have names that differ")
        }
        return documents
    }

    private static func counts(
        _ object: inout MappingObject, _ names: inout ValueNames
    ) throws(MappingProblem) -> [RowCount] {
        var counts: [RowCount] = []
        for member in try object.object("counts") ?? [] {
            let conditions = try Condition.list(member.value, path: "counts.\(member.name)", &names)
            counts.append(RowCount(name: member.name, conditions: conditions))
        }
        return counts
    }

    private func check() throws(MappingProblem) {
        if mode == .historic, occurredAt == nil, !undatedAtStart {
            throw MappingProblem(
                path: "occurredAt",
                message: "must name a value of type time in historic mode, or \"withoutTime\" be \"start\"")
        }
        if let occurredAt { try checkTime(occurredAt, path: "occurredAt") }
        for (index, document) in documents.enumerated() {
            if let time = document.occurredAt { try checkTime(time, path: "documents[\(index)].occurredAt") }
        }
        if !format.header, format.columns == nil {
            throw MappingProblem(path: "format.columns", message: "must be given where the file has no header")
        }
        if let columns = format.columns { try checkColumns(columns) }
    }

    private func checkTime(_ value: Int, path: String) throws(MappingProblem) {
        guard case .time = values[value].kind else {
            throw MappingProblem(path: path, message: "must name a value of type time")
        }
    }

    /// Refuses a mapping that names columns that the file does not have.
    func checkColumns(_ columns: [String]) throws(MappingProblem) {
        var named = group.map { ("group", $0) } + order.map { ("order", $0) }
        if case .columns(let key) = key { named += key.map { ("key", $0) } }
        for rule in values {
            if case .column(let column) = rule.source { named.append(("values", column)) }
        }
        for (path, column) in named {
            switch columns.count(where: { $0 == column }) {
            case 1: continue
            case 0:
                throw MappingProblem(path: path, message: "names \"\(column)\", which is neither a value nor a column")
            default: throw MappingProblem(path: path, message: "names \"\(column)\", which several columns are called")
            }
        }
    }
}

extension FileFormat {
    private enum LayoutWord: String, CaseIterable {
        case delimited, blank, fixed
    }

    fileprivate init(_ value: JSONValue, path: String) throws(MappingProblem) {
        var object = try MappingObject(value, path: path)
        let layout = try object.word("layout", LayoutWord.self) ?? .delimited
        header = try object.flag("header") ?? (layout == .delimited)
        skippedLines = try object.count("skipLines") ?? 0
        if let encoding = try object.text("encoding"), encoding != "utf-8" {
            throw object.problem("encoding", "must be utf-8")
        }
        switch layout {
        case .delimited:
            let delimiter = try Self.byte("delimiter", &object, orElse: ",") ?? UInt8(ascii: ",")
            self.layout = .delimited(delimiter: delimiter, quote: try Self.byte("quote", &object, orElse: "\""))
            columns = try object.texts("columns")
        case .blank:
            self.layout = .blank
            columns = try object.texts("columns")
        case .fixed:
            let fixed = try Self.fixedColumns(&object)
            guard !header else { throw object.problem("header", "must be false for fixed columns; use skipLines") }
            self.layout = .fixed(fixed)
            columns = fixed.map(\.name)
        }
        try object.finish()
    }

    /// A character of one byte; an empty string means none.
    private static func byte(
        _ name: String, _ object: inout MappingObject, orElse usual: String
    ) throws(MappingProblem) -> UInt8? {
        let text = try object.text(name) ?? usual
        guard text.utf8.count <= 1, text != "\n", text != "\r", !(text.isEmpty && name == "delimiter") else {
            throw object.problem(name, "must be one ASCII character")
        }
        return text.utf8.first
    }

    private static func fixedColumns(_ object: inout MappingObject) throws(MappingProblem) -> [FixedColumn] {
        let path = object.path("columns")
        var columns: [FixedColumn] = []
        for (index, value) in (try object.list("columns") ?? []).enumerated() {
            var column = try MappingObject(value, path: "\(path)[\(index)]")
            let name = try column.requiredText("name")
            guard let start = try column.count("start"), start >= 1, start < 1 << 20,
                let width = try column.count("width"), width >= 1, width < 1 << 20
            else { throw column.problem("start", "and width must be integers from 1") }
            columns.append(FixedColumn(name: name, start: start, width: width))
            try column.finish()
        }
        guard !columns.isEmpty else {
            throw object.problem("columns", "must list name, start and width of each column")
        }
        return columns
    }
}

extension ImportMapping.Document {
    private enum PerWord: String, CaseIterable {
        case group, row
    }

    private enum ExistingWord: String, CaseIterable {
        case reject, keep
    }

    /// What makes the command of a document itself.
    private enum KnownByWord: String, CaseIterable {
        case content, row
    }

    fileprivate init(_ value: JSONValue, path: String, _ names: inout ValueNames) throws(MappingProblem) {
        var object = try MappingObject(value, path: path)
        name = try object.requiredText("name")
        perRow = try object.word("per", PerWord.self) == .row
        once = []
        for value in try object.texts("once") ?? [] {
            once.append(try names.index(of: value, path: object.path("once")))
        }
        keepsExisting = try object.word("existing", ExistingWord.self) == .keep
        knownByRow = try object.word("knownBy", KnownByWord.self) == .row
        guard !knownByRow || (perRow && once.isEmpty) else {
            throw object.problem("knownBy", "can be \"row\" only where \"per\" is, without \"once\"")
        }
        let time = try object.text("occurredAt")
        let timePath = object.path("occurredAt")
        occurredAt = try time.map { (name) throws(MappingProblem) in try names.index(of: name, path: timePath) }
        conditions = []
        if let when = object.take("when") { conditions = try Condition.list(when, path: object.path("when"), &names) }
        bodies = []
        let templates = try object.list("bodies") ?? []
        guard !templates.isEmpty else { throw object.problem("bodies", "must be a list that is not empty") }
        for (index, template) in templates.enumerated() {
            let path = "\(object.path("bodies"))[\(index)]"
            let body = try Template(template, path: path, &names)
            try Self.check(body, path: path)
            bodies.append(body)
        }
        try object.finish()
    }

    /// Refuses a template that is no body of a command, whatever the rows hold.
    private static func check(_ body: Template, path: String) throws(MappingProblem) {
        do {
            let outline = try CommandBody(jsonUTF8Bytes: body.outline.serialised)
            guard outline.command != nil else { throw MappingProblem(path: path, message: "holds no command") }
        } catch let problem as MappingProblem {
            throw problem
        } catch {
            throw MappingProblem(path: path, message: "is no body of a command: \(error)")
        }
    }
}
