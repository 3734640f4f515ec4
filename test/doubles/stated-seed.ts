// The seed of a test whose assertion is about how often something happens: such a test may fail by chance, so its draws are
// stated and the same every time. Tests of what must hold for every seed draw a new one in each run instead.

/** @returns the seed of the environment variable SEED, where it is set, to try others */
export function statedSeed(usual: number): number {
  const text = process.env.SEED
  if (text === undefined || text === '') return usual
  const seed = Number(text)
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`SEED is not a whole number: ${text}`)
  return seed
}
