// Trackers as they are typed, one a line.

/** Longest that the API takes (routes.ts), and how many at once. */
const MOST_CHARACTERS = 2_048
const MOST = 100

export interface TypedTrackers {
  readonly urls: readonly string[]
  /** Lines that are no tracker's address. */
  readonly wrong: readonly string[]
}

export function readTrackers(text: string): TypedTrackers {
  const lines = text.split('\n').map((line) => line.trim())
  const urls = new Set<string>()
  const wrong: string[] = []
  for (const line of lines) {
    if (line === '') continue
    if (
      /^(https?|udp):\/\/./i.test(line) &&
      URL.canParse(line) &&
      line.length <= MOST_CHARACTERS &&
      urls.size < MOST
    ) {
      urls.add(line)
    } else wrong.push(line)
  }
  return { urls: [...urls], wrong }
}
