internal import Testing

@testable import CRM

@Suite struct DecimalArithmeticTests {
    private func number(_ text: String) throws -> DecimalNumber {
        try #require(DecimalArithmetic.parse(text))
    }

    @Test(
        arguments: [
            ("12.345", 12_345, 3), ("-3", -3, 0), ("0", 0, 0), ("-0.00", 0, 2), (".5", 5, 1), ("007", 7, 0),
            ("2.10", 210, 2), ("9223372036854775807", Int64.max, 0), ("-9223372036854775808", Int64.min, 0),
            ("-92233720368.54775808", Int64.min, 8),
        ] as [(String, Int64, UInt32)])
    func `decimal text is read exactly`(text: String, unscaled: Int64, scale: UInt32) {
        #expect(DecimalArithmetic.parse(text) == DecimalNumber(unscaled: unscaled, scale: scale))
    }

    @Test(arguments: [
        "", "-", ".", "-.", "5.", "1.2.3", "1e3", "+1", " 1", "1 ", "1,000", "--1", "0x1", "１", "NaN",
        "9223372036854775808", "-9223372036854775809", "99999999999999999999",
    ])
    func `other text is no decimal`(text: String) {
        #expect(DecimalArithmetic.parse(text) == nil)
    }

    @Test(
        arguments: [
            ("2.55", "6", 2, 1_530), ("0.005", "1", 2, 0), ("0.015", "1", 2, 2), ("0.025", "1", 2, 2),
            ("0.0251", "1", 2, 3), ("-0.005", "1", 2, 0), ("-0.015", "1", 2, -2), ("-0.0151", "1", 2, -2),
            ("1.5", "1", 0, 2), ("2.5", "1", 0, 2), ("3.5", "1", 0, 4), ("-2.5", "1", 0, -2),
            ("19.99", "0.333", 2, 666),
            ("12", "1", 3, 12_000), ("0", "123456789", 2, 0), ("0.1", "0.1", 4, 100),
            ("92233720368547758.07", "1", 2, Int64.max), ("-92233720368547758.08", "1", 2, Int64.min),
        ] as [(String, String, Int, Int64)])
    func `a line's net is price times quantity, rounded once, half to even`(
        price: String, quantity: String, digits: Int, net: Int64
    ) throws {
        let computed = DecimalArithmetic.lineNet(
            unitPrice: try number(price), quantity: try number(quantity), minorDigits: digits)
        #expect(computed == net)
    }

    @Test(arguments: [
        ("92233720368547758.07", "2", 2), ("9223372036854775807", "9223372036854775807", 0),
        ("9223372036854775807", "9223372036854775807", 38), ("1", "1", 39), ("9223372036854775807", "1", 1),
    ])
    func `a net that does not fit is nil`(price: String, quantity: String, digits: Int) throws {
        #expect(
            DecimalArithmetic.lineNet(
                unitPrice: try number(price), quantity: try number(quantity), minorDigits: digits) == nil)
    }

    @Test(
        arguments: [
            ("0.005", "3", 1, 2, 0), ("2.55", "6", 30, 2, 1_500), ("1", "1", 150, 2, -50), ("12", "2", 400, 0, -376),
            ("9223372036854775807", "1", Int64.max, 0, 0),
        ] as [(String, String, Int64, Int, Int64)])
    func `a discount in minor units is taken off before rounding`(
        price: String, quantity: String, discount: Int64, digits: Int, net: Int64
    ) throws {
        let computed = DecimalArithmetic.lineNet(
            unitPrice: try number(price), quantity: try number(quantity), discount: discount, minorDigits: digits)
        #expect(computed == net)
    }

    @Test func `hostile scales neither trap nor take time`() {
        let tiny = DecimalNumber(unscaled: .max, scale: .max)
        let most = DecimalNumber(unscaled: .min, scale: 0)
        #expect(DecimalArithmetic.lineNet(unitPrice: tiny, quantity: tiny, minorDigits: 2) == 0)
        #expect(DecimalArithmetic.lineNet(unitPrice: most, quantity: most, minorDigits: 0) == nil)
        #expect(DecimalArithmetic.multiply(tiny, tiny) == nil)
        #expect(DecimalArithmetic.add(tiny, most) == nil)
        #expect(DecimalArithmetic.compare(tiny, most) == 1)
        #expect(DecimalArithmetic.compare(most, tiny) == -1)
        #expect(DecimalArithmetic.compare(DecimalNumber(unscaled: 0, scale: .max), tiny) == -1)
        #expect(DecimalArithmetic.rounded(DecimalNumber(unscaled: 0, scale: .max), digits: 2) == 0)
        #expect(tiny.description == "9223372036854775807e-4294967295")
    }

    @Test func `a product or sum is exact or nil`() throws {
        #expect(DecimalArithmetic.multiply(try number("1.25"), try number("0.80")) == (try number("1")))
        #expect(DecimalArithmetic.multiply(try number("3037000500"), try number("3037000500")) == nil)
        #expect(DecimalArithmetic.add(try number("0.1"), try number("0.2")) == (try number("0.3")))
        #expect(DecimalArithmetic.add(try number("1.50"), try number("-0.5")) == (try number("1")))
        #expect(DecimalArithmetic.add(try number("9223372036854775807"), try number("1")) == nil)
        #expect(DecimalArithmetic.add(try number("9223372036854775807"), try number("0.1")) == nil)
        #expect(DecimalArithmetic.add(try number("0"), try number("5.0")) == (try number("5")))
    }

    @Test func `comparison is by value`() throws {
        let ordered = ["-10", "-9.99", "-0.1", "0", "0.01", "0.1", "0.99", "1", "10", "9223372036854775807"]
        for (index, left) in ordered.enumerated() {
            for (other, right) in ordered.enumerated() {
                let expected = index < other ? -1 : index > other ? 1 : 0
                #expect(DecimalArithmetic.compare(try number(left), try number(right)) == expected)
            }
        }
        #expect(DecimalArithmetic.compare(try number("1.0"), try number("1.000")) == 0)
        #expect(DecimalArithmetic.isLess(try number("1.09"), try number("1.1")))
    }

    @Test(arguments: ["12.345", "-3", "0", "0.005", "-0.5", "9223372036854775807", "-92233720368.54775808"])
    func `a decimal prints as it is read`(text: String) throws {
        #expect(try number(text).description == text)
    }
}
