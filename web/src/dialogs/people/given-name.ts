// Names that people give: to themselves, a circle, a room. As the daemon takes them (api/schemas/people.ts).

const MOST_CHARACTERS = 64

export function isGivenName(text: string): boolean {
  const name = text.trim()
  return (
    name !== '' &&
    name.length <= MOST_CHARACTERS &&
    /^[^\p{Cc}\p{Co}\p{Cn}\u202a-\u202e\u2066-\u2069]+$/u.test(name)
  )
}
