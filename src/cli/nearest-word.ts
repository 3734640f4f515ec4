// Answers a typo with the word that was probably meant. Owns the distance and when a guess is close enough.

/**
 * Edits that turn one word into the other: inserting, dropping or changing a letter, or swapping two neighbours
 * (Damerau-Levenshtein in its restricted form: no letter is edited twice).
 */
export function editDistance(from: string, to: string): number {
  const a = [...from]
  const b = [...to]
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [row, letter] of a.entries()) {
    const current = [row + 1]
    for (const [column, other] of b.entries()) {
      const changed = at(last, column) + (letter === other ? 0 : 1)
      let best = Math.min(changed, at(last, column + 1) + 1, at(current, column) + 1)
      if (row > 0 && column > 0 && letter === b[column - 1] && a[row - 1] === other) {
        best = Math.min(best, at(beforeLast, column - 1) + 1)
      }
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return at(last, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}

/** The one of `candidates` nearest to `word` (the first of equals), or undefined if none is near. */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase()
  // One slip in three letters still looks like the word; more is a guess that would only confuse.
  let allowed = Math.min(3, Math.max(1, Math.floor(typed.length / 3)))
  let nearest: string | undefined
  for (const candidate of candidates) {
    const distance = editDistance(typed, candidate)
    if (distance > allowed || (nearest !== undefined && distance === allowed)) continue
    nearest = candidate
    allowed = distance
  }
  return nearest
}
