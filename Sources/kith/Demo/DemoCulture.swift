/// Names, places and numbers of one part of the world.
struct DemoCulture: Sendable {
    /// A word in its own script, and in Latin letters for e-mail addresses.
    struct Word: Sendable {
        var native: String
        var roman: String
    }

    struct City: Sendable {
        var name: String
        var region: String
        /// First digits of its postal codes.
        var postalPrefix: String
        /// GB/T 2260 code; empty outside China.
        var district: String
    }

    let country: String
    let language: String
    let currency: String
    /// Minor units of the currency that buy what one cent of the catalogue buys.
    let priceFactor: Int
    let familyFirst: Bool
    /// Between the parts of a name.
    let separator: String
    let given: [Word]
    let family: [Word]
    /// Telephone numbers are this and eight digits.
    let phonePrefix: String
    let cities: [City]
    let streets: [String]
    let postalDigits: Int
    let organisations: [Word]
    let organisationSuffix: String

    /// `宏达|hongda 恒信|hengxin`: words separated by blanks, each in its script and in Latin letters; one alone is
    /// its own Latin form.
    static func words(_ text: String) -> [Word] {
        text.split(separator: " ").map { pair in
            let parts = pair.split(separator: "|").map(String.init)
            return Word(native: parts[0], roman: (parts.count > 1 ? parts[1] : parts[0]).lowercased())
        }
    }

    /// `北京市/朝阳区/1000/110105`: city, region, first digits of postal codes and, in China, the district's code.
    static func cities(_ text: String) -> [City] {
        text.split(separator: ";").map { entry in
            let parts = entry.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            return City(
                name: parts[0], region: parts[1], postalPrefix: parts[2], district: parts.count > 3 ? parts[3] : "")
        }
    }
}
