internal import Schema

extension PipelineRatio {
    /// A share with what it is made of; it has no value where the denominator is 0.
    init(_ numerator: some BinaryInteger, of denominator: some BinaryInteger) {
        self.init()
        self.numerator = Int64(clamping: numerator)
        self.denominator = Int64(clamping: denominator)
        if denominator != 0 { value = Double(numerator) / Double(denominator) }
    }
}
