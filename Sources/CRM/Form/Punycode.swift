/// The encoding of Unicode labels in ASCII (RFC 3492), with the parameters of IDNA.
enum Punycode {
    private static let base = 36
    private static let tMin = 1
    private static let tMax = 26
    private static let skew = 38
    private static let damp = 700
    private static let initialBias = 72
    private static let initialCodePoint = 0x80

    /// A label without its `xn--`; nil for labels longer than any name.
    static func encode(_ label: String) -> String? {
        let codePoints = label.unicodeScalars.map { Int($0.value) }
        guard codePoints.count <= DomainName.bytesMaximum else { return nil }
        var output = label.utf8.filter { $0 < 0x80 }
        let basicCount = output.count
        if basicCount > 0 { output.append(UInt8(ascii: "-")) }

        var next = initialCodePoint
        var delta = 0
        var bias = initialBias
        var handled = basicCount
        while handled < codePoints.count {
            guard let smallest = codePoints.lazy.filter({ $0 >= next }).min() else { return nil }
            delta += (smallest - next) * (handled + 1)
            next = smallest
            for codePoint in codePoints {
                if codePoint < next { delta += 1 }
                guard codePoint == next else { continue }
                append(delta, bias: bias, to: &output)
                bias = adapt(delta, count: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            next += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// What a label without its `xn--` stands for; nil where it stands for nothing.
    static func decode(_ encoded: Substring) -> String? {
        let bytes = Array(encoded.utf8)
        guard bytes.count <= DomainName.bytesMaximum, bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        let delimiter = bytes.lastIndex(of: UInt8(ascii: "-"))
        var output = bytes[..<(delimiter ?? 0)].map { Unicode.Scalar($0) }
        var position = delimiter.map { $0 + 1 } ?? 0
        var next = initialCodePoint
        var index = 0
        var bias = initialBias
        while position < bytes.count {
            let before = index
            guard let step = delta(in: bytes, at: &position, bias: bias) else { return nil }
            index += step
            let count = output.count + 1
            bias = adapt(index - before, count: count, isFirst: before == 0)
            next += index / count
            index %= count
            guard let value = UInt32(exactly: next), let scalar = Unicode.Scalar(value) else { return nil }
            output.insert(scalar, at: index)
            index += 1
        }
        var label = ""
        label.unicodeScalars.append(contentsOf: output)
        return label
    }

    private static func threshold(_ k: Int, bias: Int) -> Int {
        min(max(k - bias, tMin), tMax)
    }

    /// Appends a number in generalised variable-length digits.
    private static func append(_ number: Int, bias: Int, to output: inout [UInt8]) {
        var rest = number
        var k = base
        while true {
            let t = threshold(k, bias: bias)
            if rest < t { break }
            output.append(digit(t + (rest - t) % (base - t)))
            rest = (rest - t) / (base - t)
            k += base
        }
        output.append(digit(rest))
    }

    /// Reads such a number; nil where it ends early, holds another character or grows beyond any code point.
    private static func delta(in bytes: [UInt8], at position: inout Int, bias: Int) -> Int? {
        var number = 0
        var weight = 1
        var k = base
        while position < bytes.count {
            guard let digit = value(of: bytes[position]) else { return nil }
            position += 1
            number += digit * weight
            let t = threshold(k, bias: bias)
            if digit < t { return number }
            weight *= base - t
            // No label is so long that code points times its length come near this.
            guard weight < 1 << 40, number < 1 << 40 else { return nil }
            k += base
        }
        return nil
    }

    private static func adapt(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var rest = isFirst ? delta / damp : delta / 2
        rest += rest / count
        var k = 0
        while rest > (base - tMin) * tMax / 2 {
            rest /= base - tMin
            k += base
        }
        return k + (base - tMin + 1) * rest / (rest + skew)
    }

    private static func digit(_ value: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: value < 26 ? value + 0x61 : value - 26 + 0x30)
    }

    private static func value(of byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 0x61
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 0x30 + 26
        default: nil
        }
    }
}
