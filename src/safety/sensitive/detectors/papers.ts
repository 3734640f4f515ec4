// Whether a text is a private paper: not by words alone, which novels and laws have too, but by words that name a paper or its
// fields *and* are filled in: a label with a value, a number beside it, a person. Linear in the text.

import { maybe, type PrivateFinding } from '../finding.ts'
import { writtenTogether } from '../folded-text.ts'
import { lexicon, type MeaningHit, type PaperClass } from '../words/lexicon.ts'

/** What is judged at once: about two printed pages. */
const WINDOW_CHARS = 5_000
const STEP_CHARS = 2_500
/** Longer texts are books or logs; their first and last stretch shows it. */
const MAX_CHARS = 120_000
/** A title stands in the first lines. */
const HEADING_CHARS = 800
const HEADING_LINE_CHARS = 90

/** Weighed by hand on papers of many countries: docs/sensitive.md. */
const ENOUGH = 7
const ENOUGH_WITHOUT_TITLE = 8.5
/** What is as short as a letter has less room for fields, and less for chance. */
const SHORT_CHARS = 1_600
const SHORT_BONUS = 1.7
const SHORT_BONUS_WITHOUT_TITLE = 2.4
const QUIET_COST = 3.5

interface Filled {
  readonly hit: MeaningHit
  readonly filled: boolean
}

/** @param text folded @param quietName the file's name says it is about such papers */
export function paperFindings(text: string, quietName: boolean): PrivateFinding[] {
  const looked =
    text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS / 2)}\n${text.slice(-MAX_CHARS / 2)}`
  const hits = lexicon().find(looked)
  if (hits.length === 0) return []
  const marked = markFindings(looked, hits)
  const judged = hits.map((hit) => ({ hit, filled: isFilled(looked, hit) }))
  const headingQuiet = judged.some(
    ({ hit }) =>
      hit.meaning.part === 'quiet' && hit.at < 400 && lineAround(looked, hit.at).length <= HEADING_LINE_CHARS,
  )
  const long = text.length > 40_000 ? 2 : text.length > 15_000 ? 1 : 0
  const best = new Map<PaperClass, number>()
  let first = 0
  for (let from = 0; from === 0 || from < looked.length - STEP_CHARS; from += STEP_CHARS) {
    while (first < judged.length && (judged[first]?.hit.at ?? 0) < from) first++
    const inside: Filled[] = []
    for (let i = first; i < judged.length && (judged[i]?.hit.at ?? 0) < from + WINDOW_CHARS; i++) {
      inside.push(judged[i] as Filled)
    }
    const window = looked.slice(from, from + WINDOW_CHARS)
    for (const [paper, score] of scores(looked, window, inside)) {
      const cost = (headingQuiet ? QUIET_COST : 0) + (quietName ? QUIET_COST : 0) + long
      if (score - cost > (best.get(paper) ?? 0)) best.set(paper, score - cost)
    }
  }
  const found = [...best].filter(([, score]) => score >= 0).sort((a, b) => b[1] - a[1])
  // The best two: a paper is of one class, sometimes of two; more is noise for who must answer.
  return [
    ...marked,
    ...found
      .slice(0, 2)
      .map(([paper, score]) => maybe(paper, 'words', { score: Math.round(score + ENOUGH) })),
  ]
}

/** @returns for each class how far above its threshold; only classes that reach it. */
function scores(text: string, window: string, inside: readonly Filled[]): Map<PaperClass, number> {
  const persons = new Set<string>()
  for (const { hit, filled } of inside)
    if (filled && hit.meaning.part === 'person') persons.add(text.slice(hit.at, hit.end))
  const form = formSigns(window)
  const short = text.length <= SHORT_CHARS
  const results = new Map<PaperClass, number>()
  const papers = new Set(inside.map(({ hit }) => hit.meaning.paper).filter((paper) => paper !== undefined))
  for (const paper of papers) {
    const titles = new Set<string>()
    const fields = new Set<string>()
    const filledFields = new Set<string>()
    let heading = false
    let sections = 0
    for (const { hit, filled } of inside) {
      const { meaning } = hit
      if (meaning.paper !== paper) continue
      // What stands there, not which spelling of the lists it agrees with: one word is one.
      const key = text.slice(hit.at, hit.end)
      if (meaning.part === 'title') {
        titles.add(key)
        if (hit.at < HEADING_CHARS && lineAround(text, hit.at).length <= HEADING_LINE_CHARS) heading = true
      } else if (meaning.part === 'field' || (meaning.part === 'name' && paper === 'payroll')) {
        fields.add(key)
        if (filled && !persons.has(key)) filledFields.add(key)
        else if (paper === 'private-words' && alone(text, hit)) sections++
      }
    }
    // Doses and values are filled in whatever they are called.
    if (paper === 'medical') for (let i = 0; i < form.doses; i++) filledFields.add(`dose ${i}`)
    const prose = short && persons.size + filledFields.size >= 3 ? 0 : form.prose
    const evidence = filledFields.size + persons.size + Math.min(form.facts, 2) + Math.min(sections, 3) * 0.7
    const score =
      (heading ? 4 : titles.size > 0 ? 2 : 0) +
      Math.min(titles.size, 2) * 0.5 +
      Math.min(fields.size, 6) * 0.8 +
      Math.min(filledFields.size, 4) * 1.3 +
      Math.min(persons.size, 3) * 0.8 +
      Math.min(form.facts, 3) * 0.6 +
      Math.min(sections, 3) * 0.7 -
      form.blanks * 1.2 -
      prose * 2
    const enough =
      (titles.size > 0 ? ENOUGH : ENOUGH_WITHOUT_TITLE) -
      (short ? (titles.size > 0 ? SHORT_BONUS : SHORT_BONUS_WITHOUT_TITLE) : 0)
    const needed = prose > 0 ? 4 : titles.size > 0 && heading ? (short ? 1 : 1.5) : 3
    const own =
      titles.size > 0
        ? fields.size + titles.size >= 2 || (heading && persons.size > 0)
        : short
          ? filledFields.size >= 2 && fields.size >= 2 && persons.size > 0
          : filledFields.size >= 3 && fields.size >= 4
    // Labels with words behind them are lists of words; papers have a person, a date, an amount.
    const factual = persons.size > 0 || form.facts > 0 || form.doses > 0 || /\d{3}/.test(window)
    if (own && factual && evidence >= needed && score >= enough) results.set(paper, score - enough)
  }
  return results
}

interface FormSigns {
  /** Dates of birth, amounts, mail addresses, telephone numbers on short lines. */
  readonly facts: number
  /** Places left empty to be filled in: rules, dots, brackets. */
  readonly blanks: number
  /** `20 mg`, `142/88`, `J45.0`: what stands in papers of health only. At most three. */
  readonly doses: number
  /** 1 where long sentences make up most of it. */
  readonly prose: number
}

const BLANK =
  /_{4,}|\.{6,}|…{3,}|\[\s{0,20}\]|\{\{[^}]{0,60}\}\}|<[a-z_ ]{2,30}>|\[[a-z' /_-]{3,40}\]|\bx{4,}\b/g
const AMOUNT =
  /\d[\d.,' ]{0,14}\d[.,]\d{2}(?!\d)|[€$£¥₹₽₩₺฿₴₫₪₸₼₾֏៛₭₮৳₦₱]\s?\d|\d\s?(?:€|zł|kč|kr|eur|usd|chf|руб|грн|лв|円|元|원|บาท|đ|ft|lei|ريال|₪|ден|дин|rp|rm|₸|₼|₾|֏|៛|₭|₮|৳|₦|₱|ብር|birr|ksh|tzs|лв|манат|azn|төг|сўм|so'm|сом|тг|ქნ|ლარი|դրամ|ကျပ်|км|bam|lekë|lek|all|mkd|мкд|руп|රු|रु|ரூ|రూ|ರೂ)(?!\p{L})/gu
const DATE =
  /\b(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20|25)\d\d\b|\b(?:19|20|25)\d\d[-/.年](?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12]\d|3[01])|(?:19|20)\d\d\s?년|(?:令和|平成|昭和)[元\d]{1,2}年|民國\s?\d{2,3}\s?年/g
const DOSE =
  /\d\s?(?:mg|µg|μg|mcg|mmol|mmhg|iu|мг|мкг|毫克|ミリグラム)(?![\p{L}])|\b1[0-9]{2}\/\d{2,3}\b|\b[a-tv-z]\d{2}\.\d\b/u
const REACHED = /[\w.+-]{1,40}@[\w-]{1,40}\.[a-z]{2,10}|\+\d{1,3}[\s\d()/-]{7,16}\d/g

function formSigns(window: string): FormSigns {
  let facts = 0
  let blanks = 0
  let longSentences = 0
  let lines = 0
  let doses = 0
  for (const line of window.split('\n')) {
    if (line.trim() === '') continue
    lines++
    if (line.length > 220) {
      // A table's row, or a sentence.
      if ((line.match(/[.。!?]\s/g)?.length ?? 0) >= 2) longSentences += line.length
    }
    if (DOSE.test(line)) doses++
    blanks += line.match(BLANK)?.length ?? 0
    if (line.length > 140) continue
    if (AMOUNT.test(line)) facts += 0.5
    if (DATE.test(line)) facts += 0.5
    if (REACHED.test(line)) facts += 0.5
    AMOUNT.lastIndex = 0
    DATE.lastIndex = 0
    REACHED.lastIndex = 0
  }
  const prose = longSentences > window.length * 0.5 || wrappedProse(window, lines) ? 1 : 0
  return { facts, blanks: Math.min(blanks, 10), doses: Math.min(doses, 3), prose }
}

/** Most lines nearly equally long and ending mid-sentence: a text that was wrapped. */
function wrappedProse(window: string, lines: number): boolean {
  if (lines < 12) return false
  let full = 0
  for (const line of window.split('\n')) {
    if (line.length >= 55 && !/[:：|\t]/.test(line) && !/\d[.,]\d\d\b/.test(line)) full++
  }
  return full > lines * 0.6
}

function lineAround(text: string, at: number): string {
  const from = text.lastIndexOf('\n', at - 1) + 1
  const to = text.indexOf('\n', at)
  return text
    .slice(Math.max(from, at - 300), to === -1 ? Math.min(text.length, at + 300) : Math.min(to, at + 300))
    .trim()
}

function alone(text: string, { at, end }: MeaningHit): boolean {
  const line = lineAround(text, at)
  return line.length <= end - at + 3
}

const SEPARATOR =
  /^[\s]{0,3}(?:\([^)\n]{0,30}\)\s{0,2})?(?:[:：=|\t՝։፦፡៖]| {2,}|\.{3,}\s?(?=\d))[\s:：|]{0,20}/
const NEXT_LINE = /^[ \t]{0,3}[:：]?[ \t]{0,3}\n[ \t]{0,10}/
const PLACEHOLDER =
  /^(?:[_.…\-–*]{2,}|[[<{(]|x{3,}|n\/a\b|tbd\b|string\b|null\b|none\b|your |enter |e\.g\.|insert )/
const VALUE = /^[\p{L}\p{Nd}+$€£¥₹₽₩₺฿#"'„(]/u
const NUMBER_NEAR = /^[^\d\n]{0,25}[€$£¥₹]?\s?\d[\d.,'/ -]{2,}/
const NUMBER_AT_ONCE = /^[\s:=]{0,3}(?:of|is|von|de|di|van)?\s?[€$£¥₹]?\s?\d[\d.,'/ -]{2,}/
const SENTENCE = /[.!?。][\s]/

/** Whether a value stands beside the label: `name: ana`, `net pay  1,234.00`, or a short line that begins with it. */
function isFilled(text: string, { at, end, meaning }: MeaningHit): boolean {
  const payrollName = meaning.part === 'name' && meaning.paper === 'payroll'
  if (meaning.part !== 'person' && meaning.part !== 'field' && !payrollName) return false
  // Endings belong to the word: its value stands behind them.
  const ending = writtenTogether(text.slice(at, end))
    ? ''
    : (/^[\p{L}\p{M}]{1,14}/u.exec(text.slice(end, end + 14))?.[0] ?? '')
  const rest = text.slice(end + ending.length, end + ending.length + 120)
  const lineEnd = rest.indexOf('\n')
  const line = lineEnd === -1 ? rest : rest.slice(0, lineEnd)
  const separator = SEPARATOR.exec(line)?.[0]
  if (separator !== undefined) {
    const value = line.slice(separator.length)
    if (PLACEHOLDER.test(value)) return false
    // What ends like a sentence is one: a dialogue, a definition.
    return value !== '' ? VALUE.test(value) && !/[。？！?!]\s*$/.test(value) : filledBelow(rest)
  }
  const before = text.slice(Math.max(0, at - 40), at)
  const begins = /(?:^|[\n\t|;•*-])[\s"']{0,6}$/.test(before) || at === 0
  if (begins && line.trim() === '') return filledBelow(rest)
  const value = line.replace(/^[\s.,。、]{1,4}/, '')
  if (PLACEHOLDER.test(value)) return false
  if (
    begins &&
    value.length >= 1 &&
    value.length <= 45 &&
    value !== line &&
    VALUE.test(value) &&
    !SENTENCE.test(value)
  )
    return true
  // A number close by on a short line.
  if (meaning.part === 'person') return NUMBER_AT_ONCE.test(line)
  return lineAround(text, at).length <= 110 ? NUMBER_NEAR.test(line) : NUMBER_AT_ONCE.test(line)
}

/** The value stands below its label, as in tables that lost their form. Words alone there are the next label. */
function filledBelow(rest: string): boolean {
  const gap = NEXT_LINE.exec(rest)?.[0]
  if (gap === undefined) return false
  return /^[^\n]{0,12}\d[\d.,'/ -]{2,}/.test(rest.slice(gap.length))
}

/** A diary's opening at the front of a line, a mark of secrecy alone in a line at the top. */
function markFindings(text: string, hits: readonly MeaningHit[]): PrivateFinding[] {
  for (const hit of hits) {
    const { part } = hit.meaning
    if (part === 'diary' && /(?:^|\n)[\s"'*#]{0,8}$/.test(text.slice(Math.max(0, hit.at - 10), hit.at))) {
      return [maybe('private-words', 'diary')]
    }
    if (part === 'confidential' && hit.at < 600) {
      const line = lineAround(text, hit.at)
      if (line.length <= hit.end - hit.at + 14) return [maybe('private-words', 'confidential')]
    }
  }
  return []
}
