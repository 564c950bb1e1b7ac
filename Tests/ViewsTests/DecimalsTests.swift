internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct DecimalsTests {
    @Test(arguments: [
        (5, 2, 2), (15, 10, 2), (25, 10, 2), (35, 10, 4), (-25, 10, -2), (-35, 10, -4), (-26, 10, -3), (7, 3, 2),
        (8, 3, 3), (0, 9, 0),
    ])
    func `a quotient is rounded half to even`(value: Int, divisor: Int, expected: Int) {
        #expect(Decimals.halfEven(Int128(value), dividedBy: Int128(divisor)) == Int128(expected))
    }

    @Test func `an amount is unit price times quantity in minor units`() {
        // 1.005 * 3 = 3.015 → 3.02 (half to even: 301.5 → 302)
        #expect(Decimals.amount(unscaled: 1_005, scale: 3, quantity: 3, quantityScale: 0, digits: 2) == 302)
        // 2.5 * 0.5 = 1.25 yen → 1
        #expect(Decimals.amount(unscaled: 25, scale: 1, quantity: 5, quantityScale: 1, digits: 0) == 1)
        // 3 * 2 = 6 dinar = 6000 fils
        #expect(Decimals.amount(unscaled: 3, scale: 0, quantity: 2, quantityScale: 0, digits: 3) == 6_000)
        #expect(Decimals.amount(unscaled: 199, scale: 2, quantity: -2, quantityScale: 0, digits: 2) == -398)
    }

    @Test func `extreme numbers do not trap`() {
        for scale in [UInt32(0), 9, 18, .max] {
            _ = Decimals.amount(unscaled: .min, scale: scale, quantity: .max, quantityScale: scale, digits: 4)
            _ = Decimals.sum(.of(.min, scale: scale), .of(.min, scale: 3))
        }
    }

    @Test func `a sum keeps every digit`() {
        let sum = Decimals.sum(.of(15, scale: 1), .of(25, scale: 2))
        #expect(sum == .of(175, scale: 2))
    }
}
