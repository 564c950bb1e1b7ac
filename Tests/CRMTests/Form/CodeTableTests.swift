internal import FoundationEssentials
internal import Schema
internal import Testing

@testable import CRM

@Suite struct CodeTableTests {
    @Test(arguments: [
        ("USD", 2), ("EUR", 2), ("GBP", 2), ("CNY", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("KWD", 3), ("TND", 3),
        ("CLF", 4), ("HRK", 2), ("XOF", 0),
    ])
    func `a currency has the decimals of ISO 4217`(code: String, digits: Int) {
        #expect(CurrencyCode.minorDigits(code) == digits)
        #expect(CurrencyCode.isKnown(code))
    }

    @Test(arguments: ["", "usd", "US", "USDX", "XXX", "XAU", "ZZZ", "$"])
    func `other codes are no currency of an amount`(code: String) {
        #expect(CurrencyCode.minorDigits(code) == nil)
    }

    @Test func `countries are the assigned codes of ISO 3166-1`() {
        let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { String(UnicodeScalar($0)) }
        let known = letters.flatMap { first in letters.map { first + $0 } }.filter(CountryCode.isKnown)
        #expect(known.count == 250)
        for code in ["CN", "TW", "DE", "US", "GB", "IT", "XK"] { #expect(CountryCode.isKnown(code)) }
        for code in ["", "UK", "EU", "ZZ", "de", "DEU"] { #expect(!CountryCode.isKnown(code)) }
    }

    @Test func `zones are known by their IANA names`() {
        for zone in [
            "UTC", "Europe/Berlin", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Asia/Calcutta", "Etc/GMT+5",
        ] {
            #expect(ZoneName.isKnown(zone))
        }
        for zone in ["", "europe/berlin", "Europe/Bonn", "CST6", "+02:00", "Factory", "../etc/passwd"] {
            #expect(!ZoneName.isKnown(zone))
        }
        #expect(ZoneName.tzdataVersion.count == 5)
        #expect(ZoneName.tzdataVersion.hasPrefix("20"))
    }
}
