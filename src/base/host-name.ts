// Names of hosts as text, judged without resolving them: for whoever lets somebody else resolve them (a proxy).

/** RFC 1035: a name has at most 253 characters, a label 63. */
export const MAX_NAME_CHARACTERS = 253
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i

/** Letters, digits and hyphens in labels; a final dot is allowed. An address in dotted numbers is no name. */
export function isHostName(text: string): boolean {
  if (text === '' || text.length > MAX_NAME_CHARACTERS) return false
  const labels = labelsOf(text)
  return labels.every((label) => LABEL.test(label)) && !isNumeric(labels.at(-1) as string)
}

/**
 * Names that are never resolved on the public network (RFC 6761, RFC 6762, RFC 8375, and what routers hand out), so
 * that they can only mean something near whoever resolves them.
 */
const NEAR: readonly string[] = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'home.arpa',
  'in-addr.arpa',
  'ip6.arpa',
  'test',
  'invalid',
]

/**
 * Whether a name can mean a host of the public network. A single label cannot, nor can dotted, octal or hexadecimal
 * numbers, which some resolvers read as addresses (`127.1`, `0x7f000001`).
 */
export function isPublicName(text: string): boolean {
  if (!isHostName(text)) return false
  const labels = labelsOf(text.toLowerCase())
  const plain = labels.join('.')
  return labels.length > 1 && !NEAR.some((near) => plain === near || plain.endsWith(`.${near}`))
}

function labelsOf(text: string): string[] {
  return (text.endsWith('.') ? text.slice(0, -1) : text).split('.')
}

function isNumeric(label: string): boolean {
  return /^([0-9]+|0x[0-9a-f]*)$/i.test(label)
}
