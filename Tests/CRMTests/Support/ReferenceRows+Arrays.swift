internal import FoundationEssentials

extension ReferenceRows {
    /// The elements of a file that is one JSON array.
    static func readArray<Element: Decodable>(of type: Element.Type, from name: String) throws -> [Element] {
        let content = try String(contentsOfFile: folder + name, encoding: .utf8)
        return try JSONDecoder().decode([Element].self, from: Data(content.utf8))
    }
}
