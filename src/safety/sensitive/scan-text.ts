// What a text says, whatever it was taken from: all detectors of text, each bounded, in the order of how sure they are.

import { cardFindings } from './detectors/cards.ts'
import { ibanFindings } from './detectors/iban.ts'
import { keyFindings } from './detectors/keys.ts'
import { mrzFindings } from './detectors/machine-readable-zone.ts'
import { nationalIdFindings } from './detectors/national-ids.ts'
import { paperFindings } from './detectors/papers.ts'
import { secretFindings } from './detectors/secrets.ts'
import { seedPhraseFindings } from './detectors/seed-phrase.ts'
import { textStoreFindings } from './detectors/stores.ts'
import { tableFindings } from './detectors/tables.ts'
import { CODE_EXTENSIONS, MANUAL_EXTENSION, MEDIA_EXTENSIONS } from './file-kind.ts'
import type { PrivateFinding } from './finding.ts'
import { folded, plainDigits } from './folded-text.ts'

/** Numbers are looked for in this much; words in less (papers.ts). Of a longer text half is its end: logs grow there. */
const MAX_CHARS = 1_000_000
/** What every key says of itself: looked for in all of a text, and only where it stands is more than that read. */
const KEY_MARK =
  /PRIVATE KEY|AGE-SECRET-KEY-1|PuTTY-User-Key-File|PrivateKey|untrusted comment|OpenVPN Static|"kty"|<RSAKeyValue>|Private-key-format/g
/** A long key, and as much before it as tells what it is. */
const KEY_CHARS = 16_000
const BEFORE_KEY_CHARS = 500
const MOST_MARKS = 50

export interface TextContext {
  readonly lowName: string
  readonly extension: string
  readonly quietName: boolean
}

const STRUCTURED = new Set(
  'json json5 ndjson jsonl geojson xml yml yaml ini toml plist properties conf cfg xsd wsdl kml sql'.split(
    ' ',
  ),
)

/** Say who wrote a program and what it needs. */
const PROJECT_FILE =
  /^(?:package|package-lock|composer|bower|manifest|tsconfig|component|angular|lerna|deno|jsr|project|app|appsettings\.development)\.(?:json|lock)$|^(?:cargo|pyproject|poetry|pipfile|gopkg|hugo|netlify)\.(?:toml|lock)$|^(?:pom|androidmanifest|build|web)\.xml$|^(?:setup|tox)\.(?:cfg|ini)$|^(?:makefile|dockerfile|vagrantfile|jenkinsfile|gemfile|rakefile|procfile|changelog.*|authors.*|contributors.*|copying.*|licen[cs]e.*|readme.*|news.*|maintainers.*|thanks.*|credits.*|codeowners)$/

export async function textFindings(whole: string, context: TextContext): Promise<PrivateFinding[]> {
  const text = plainDigits(whole.length > MAX_CHARS ? endsOf(whole) : whole)
  if (text.trim() === '') return []
  const { extension, lowName, quietName } = context
  const keys = keyFindings(whole.length > MAX_CHARS ? aroundKeys(whole) : text)
  // Books, lyrics, subtitles: art speaks of everything.
  if (MEDIA_EXTENSIONS.has(extension) && !CODE_EXTENSIONS.has(extension))
    return [...keys, ...cardFindings(text), ...ibanFindings(text)]
  const code =
    PROJECT_FILE.test(lowName) ||
    CODE_EXTENSIONS.has(extension) ||
    MANUAL_EXTENSION.test(extension) ||
    /^#!|^<\?php/.test(text)
  const found = [...keys, ...(await secretFindings(text, { extension, lowName, code, quietName }))]
  if (code) return [...found, ...seedPhraseFindings(text)]
  found.push(...seedPhraseFindings(text), ...textStoreFindings(text, lowName))
  const table = tableFindings(text)
  const tabular = /[,;\t|][^\n]*[,;\t|]/.test(text.slice(0, 500))
  found.push(
    ...table,
    ...cardFindings(text, tabular),
    ...ibanFindings(text),
    ...mrzFindings(text),
    ...nationalIdFindings(text),
  )
  // A mail, a chat, an export is found as such; its words are what it is about.
  if (
    found.some(
      (finding) =>
        finding.sure && ['mail', 'messages', 'contacts', 'browser-data', 'backup'].includes(finding.class),
    )
  )
    return found
  found.push(
    ...paperFindings(folded(STRUCTURED.has(extension) ? labelled(text.slice(0, 400_000)) : text), quietName),
  )
  return found
}

function endsOf(whole: string): string {
  return `${whole.slice(0, MAX_CHARS / 2)}\n${whole.slice(-MAX_CHARS / 2)}`
}

function aroundKeys(whole: string): string {
  const parts: string[] = []
  let until = 0
  for (const { index } of whole.matchAll(KEY_MARK)) {
    if (index < until) continue
    parts.push(whole.slice(Math.max(0, index - BEFORE_KEY_CHARS), index + KEY_CHARS))
    until = index + KEY_CHARS / 2
    if (parts.length === MOST_MARKS) break
  }
  return parts.join('\n')
}

/** `"netPay": 12` and `<netPay>12</netPay>` as `net pay: 12`: fields of data read like fields of papers. */
function labelled(text: string): string {
  return text
    .replace(/<\/[^<>\n]{1,80}>/g, '\n')
    .replace(/<([\w:.-]{1,60})(?:\s[^<>]{0,400})?>/g, '\n$1: ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/_/g, ' ')
    .replace(/["']?\s?[{}[\]]["']?|["']\s?,\s?(?=["'])|,\s?(?=["'])/g, '\n')
    .replace(/["']/g, '')
}
