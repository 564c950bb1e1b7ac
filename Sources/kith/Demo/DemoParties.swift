internal import Schema

/// The parties of demo data. A party is known by its number, from 0; everything about it follows from the number.
struct DemoParties: Sendable {
    static let system = "demo"
    private static let organisationShare = 0.18

    let seed: UInt64

    /// The reference of a party.
    static func reference(_ party: Int) -> Reference {
        var reference = Reference()
        reference.external = key(party)
        return reference
    }

    static func key(_ party: Int) -> ExternalKey {
        var key = ExternalKey()
        key.system = system
        key.key = "P-\(party + 1)"
        return key
    }

    /// Where a party lives.
    func culture(_ party: Int) -> DemoCulture {
        var random = DemoGenerator(seed, 1, UInt64(party))
        return random.pick(DemoCulture.all)
    }

    /// The day on which a party becomes known, counted from the first; new ones come throughout the first four fifths
    /// of the period.
    func registrationDay(_ party: Int, of days: Int) -> Int {
        var random = DemoGenerator(seed, 7, UInt64(party))
        return random.below(max(1, days * 4 / 5))
    }

    /// How many orders the party places on average over the period: gamma distributed with shape 1/2 (the square of
    /// a normal variable), so that most place few and some place many.
    func expectedOrders(_ party: Int, mean: Double) -> Double {
        var random = DemoGenerator(seed, 2, UInt64(party))
        // The sum of twelve uniform variables is normal enough here, and needs no function whose last digit differs
        // between machines.
        let normal = (0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }
        return mean * normal * normal
    }

    /// The command that makes the party known.
    func registration(_ party: Int) -> RegisterParty {
        var random = DemoGenerator(seed, 3, UInt64(party))
        let culture = culture(party)
        var register = RegisterParty()
        register.external = [Self.key(party)]
        register.detail.country = culture.country
        register.detail.language = culture.language
        let roman: String
        if random.chance(Self.organisationShare) {
            register.kind = .organisation
            register.detail.roles = ["buyer"]
            roman = nameOrganisation(&register.name, culture, party, &random)
        } else {
            register.kind = .person
            register.detail.roles = ["consumer"]
            roman = namePerson(&register.name, culture, &random)
        }
        register.contactPoints = contactPoints(party, culture, roman, &random)
        return register
    }

    private func namePerson(
        _ name: inout PartyNamePersonal, _ culture: DemoCulture, _ random: inout DemoGenerator
    ) -> String {
        let given = random.pick(culture.given)
        let family = random.pick(culture.family)
        let parts = [Self.part(.given, given.native), Self.part(.family, family.native)]
        name.parts = culture.familyFirst ? parts.reversed() : parts
        name.display = name.parts.map(\.text).joined(separator: culture.separator)
        return "\(given.roman).\(family.roman)"
    }

    private func nameOrganisation(
        _ name: inout PartyNamePersonal, _ culture: DemoCulture, _ party: Int, _ random: inout DemoGenerator
    ) -> String {
        let first = random.pick(culture.organisations)
        let city = random.pick(culture.cities).name
        name.parts = [
            Self.part(.legal, [city, first.native, culture.organisationSuffix].joined(separator: culture.separator))
        ]
        name.display = name.parts[0].text
        name.taxNumber = "\(culture.country)\(Self.digits(UInt64(party), count: 9))"
        if culture.country == "CN" { name.invoiceTitle = name.display }
        return first.roman
    }

    private func contactPoints(
        _ party: Int, _ culture: DemoCulture, _ roman: String, _ random: inout DemoGenerator
    ) -> [ContactPointInput] {
        var points: [ContactPointInput] = []
        if random.chance(0.9) {
            let domain = random.pick(["example.com", "example.org", "example.net"])
            points.append(Self.point(.email, "\(roman).\(party + 1)@\(domain)"))
        }
        if random.chance(0.75) { points.append(Self.point(.mobile, phone(party, culture))) }
        if random.chance(0.5) {
            var point = Self.point(.postal, "")
            point.personal.postal = address(culture, &random)
            points.append(point)
        }
        return points
    }

    /// A number in international form that no other party of the culture has.
    private func phone(_ party: Int, _ culture: DemoCulture) -> String {
        // Multiplying by a number without a divisor in common with 10^8 shuffles the numbers without a collision.
        let shuffled = UInt64(party) * 48_271_937 % 100_000_000
        guard culture.country == "US" else { return culture.phonePrefix + Self.digits(shuffled, count: 8) }
        let areas = [212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231]
        return "\(culture.phonePrefix)\(areas[Int(shuffled / 8_000_000)])\(2_000_000 + shuffled % 8_000_000)"
    }

    private func address(_ culture: DemoCulture, _ random: inout DemoGenerator) -> PostalAddress {
        let city = random.pick(culture.cities)
        var address = PostalAddress()
        address.lines = ["\(random.pick(culture.streets)) \(1 + random.below(240))"]
        address.locality = city.name
        address.region = city.region
        address.country = culture.country
        address.districtCode = city.district
        let missing = culture.postalDigits - city.postalPrefix.count
        address.postalCode =
            missing > 0
            ? city.postalPrefix + Self.digits(random.next(), count: missing)
            : "\(city.postalPrefix) \(1 + random.below(9))AB"
        if culture.postalDigits > 0, missing <= 0 { address.postalCode = city.postalPrefix }
        return address
    }

    private static func part(_ kind: NamePartKind, _ text: String) -> NamePart {
        var part = NamePart()
        part.kind = kind
        part.text = text
        return part
    }

    private static func point(_ kind: ContactPointKind, _ value: String) -> ContactPointInput {
        var point = ContactPointInput()
        point.kind = kind
        point.personal.value = value
        return point
    }

    /// The last `count` digits of a number.
    private static func digits(_ number: UInt64, count: Int) -> String {
        var rest = number
        var digits = [UInt8](repeating: 0x30, count: count)
        for index in digits.indices.reversed() {
            digits[index] += UInt8(rest % 10)
            rest /= 10
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
