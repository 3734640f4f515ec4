// Numbers that a state gave a person: by form and check digit (stdnum), and by the word beside it in the languages of that state.
// Bare nine or eleven digits pass by chance too often: those need their word; long or lettered ones with dates in them do not.

import { masked, maybe, type PrivateFinding, sureOf } from '../finding.ts'
import { folded } from '../folded-text.ts'
import { KINDS, words } from './national-id-kinds.ts'

/** Lists of people begin with people; what comes behind this much is a log. */
const MAX_CHARS = 400_000
const MAX_CANDIDATES = 3_000
const NEAR_CHARS = 70

/** A passport's number beside its word, whatever the state. */
const PASSPORT = words(
  'passport (?:no|number|nr|num|#)|passnummer|reisepass-?nr|numero de passeport|n° (?:de )?passeport|numero de pasaporte|pasaporte n|numero passaporto|passaporto n|numero do passaporte|paspoortnummer|passnr|passinumero|numer paszportu|nr paszportu|cislo pasu|utlevelszam|numar pasaport|номер паспорта|паспорт №|αριθμος διαβατηριου|pasaport no|رقم الجواز|رقم جواز|מספר דרכון|شماره گذرنامه|護照號碼|护照号|여권번호|旅券番号|so ho chieu|nomor paspor|no\\.? paspor|หมายเลขหนังสือเดินทาง',
)

/** Where such numbers are talked about. */
const ABOUT =
  /example|checksum|check digit|validat|regex|test (?:number|data|case)|fixture|format:|mock|beispiel|ejemplo|exemple|esempio/

export function nationalIdFindings(given: string): PrivateFinding[] {
  const text = given.slice(0, MAX_CHARS)
  const low = folded(text)
  const counts = new Map<string, { count: number; masked: string }>()
  let unsure: PrivateFinding | undefined
  for (const kind of KINDS) {
    // Without its word somewhere there is nothing to look for: most texts end here.
    if (kind.words !== undefined && !kind.words.test(low)) continue
    let looked = 0
    const seen = new Set<string>()
    for (const match of text.matchAll(kind.form)) {
      if (++looked > MAX_CANDIDATES || seen.size > 1_000) break
      const written = match[0]
      if (seen.has(written) || /^(\d)\1+$/.test(written.replace(/\D/g, ''))) continue
      const before = folded(text.slice(Math.max(0, match.index - NEAR_CHARS), match.index))
      if (!kind.valid(written)) {
        // Mistyped, or given by a rule we do not know: its word stands right before it.
        if (kind.words?.test(before.slice(-24)) && !ABOUT.test(before)) {
          unsure ??= maybe('national-id', 'word', { country: kind.country, masked: masked(written) })
        }
        continue
      }
      const near = `${before} ${folded(text.slice(match.index + written.length, match.index + written.length + 30))}`
      if (ABOUT.test(near)) continue
      if (kind.words !== undefined && !kind.words.test(near) && !columnAbove(text, match.index, kind.words))
        continue
      seen.add(written)
      const known = counts.get(kind.country)
      if (known === undefined) counts.set(kind.country, { count: 1, masked: masked(written) })
      else known.count++
    }
  }
  const passport = counts.size === 0 ? passportNumber(text, low) : undefined
  if (passport !== undefined) return [passport]
  let best: [string, { count: number; masked: string }] | undefined
  for (const entry of counts) if (best === undefined || entry[1].count > best[1].count) best = entry
  if (best !== undefined) return [sureOf('national-id', 'number', { country: best[0], ...best[1] })]
  return unsure === undefined ? [] : [unsure]
}

/** In a table the word stands in the first line, not beside. */
function columnAbove(text: string, at: number, wanted: RegExp): boolean {
  const firstLine = text.slice(0, Math.min(600, Math.max(0, text.indexOf('\n'))))
  if (firstLine === '' || at < firstLine.length || !/[,;\t|]/.test(firstLine)) return false
  return wanted.test(folded(firstLine))
}

function passportNumber(text: string, low: string): PrivateFinding | undefined {
  if (!PASSPORT.test(low)) return undefined
  for (const match of text.matchAll(/(?<![A-Za-z0-9])(?=[A-Z0-9]{0,8}\d{4})[A-Z0-9]{7,9}(?![A-Za-z0-9])/g)) {
    const near = folded(text.slice(Math.max(0, match.index - 40), match.index))
    if (PASSPORT.test(near) && !ABOUT.test(near))
      return sureOf('identity-paper', 'passport-number', { masked: masked(match[0]) })
  }
  return undefined
}
