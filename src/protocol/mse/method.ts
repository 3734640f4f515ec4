// How the stream goes on after the handshake, as the 32 bits `crypto_provide` and `crypto_select` name it.

/** As it is, or through RC4. The handshake itself is always encrypted. */
export type MseMethod = 'plain' | 'rc4'

const BITS: Readonly<Record<MseMethod, number>> = { plain: 1, rc4: 2 }

export function bitsOf(methods: readonly MseMethod[]): number {
  return methods.reduce((bits, method) => bits | BITS[method], 0)
}

/** The first of ours that these bits offer. */
export function commonMethod(bits: number, ours: readonly MseMethod[]): MseMethod | undefined {
  return ours.find((method) => (bits & BITS[method]) !== 0)
}

/** What was chosen: one of ours and nothing else. */
export function chosenMethod(bits: number, ours: readonly MseMethod[]): MseMethod | undefined {
  return ours.find((method) => bits === BITS[method])
}
