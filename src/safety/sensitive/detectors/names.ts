// What a file's name says: `payslip_03.pdf`, `납세증명서.pdf`, `passport scan.jpg`, `wallet.dat`. Names of works of art and of
// programs say what they are about, and stay quiet.

import { CODE_EXTENSIONS, MANUAL_EXTENSION, MEDIA_EXTENSIONS } from '../file-kind.ts'
import { maybe, type PrivateFinding } from '../finding.ts'
import { folded, nameWords } from '../folded-text.ts'
import { lexicon, type MeaningHit, type PaperClass } from '../words/lexicon.ts'

export interface NameSaying {
  readonly findings: readonly PrivateFinding[]
  /** It says that it is a template, a guide, a study … */
  readonly quiet: boolean
}

/** Papers are scanned, photographed, written; these endings are what such things end in. */
const PAPER_EXTENSIONS = new Set(
  ' pdf doc docx docm odt rtf txt md markdown pages xls xlsx xlsm ods numbers csv tsv ppt pptx odp key jpg jpeg png heic heif webp tif tiff bmp gif avif html htm mht mhtml xml json xps oxps eml msg zip rar 7z gz tar tgz log wps wpd hwp hwpx vsd one enex p7m asc gpg tex gdoc gsheet url webloc ofx qfx qif mt940 sta camt gnucash kmy tax tax2023 tax2024 t23 t24 elfo elster dta db sqlite sql bak old yml yaml ini org rst adoc'.split(
    ' ',
  ),
)

/** What people write or scan with. In other files a single word like `private` or `resume` is as often a program's. */
const WRITTEN_EXTENSIONS = new Set(
  'pdf doc docx odt rtf txt pages xls xlsx ods csv numbers ppt pptx odp jpg jpeg png heic webp tif tiff eml msg hwp zip rar 7z'.split(
    ' ',
  ),
)

function isGeneric(key: string, paper: PaperClass | undefined): boolean {
  return paper === 'private-words' && /^[a-z]{2,11}\*?$/.test(key)
}

/** @param stem without extension */
export function nameSays(stem: string, extension: string): NameSaying {
  if (MEDIA_EXTENSIONS.has(extension) || CODE_EXTENSIONS.has(extension)) return { findings: [], quiet: false }
  // Said better: a private key, in `keys.ts`.
  if (/^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?![a-z0-9])/i.test(stem)) return { findings: [], quiet: false }
  // A page of the manual, packed.
  if (extension === 'gz' && MANUAL_EXTENSION.test(stem.slice(stem.lastIndexOf('.') + 1)))
    return { findings: [], quiet: true }
  const words = nameWords(stem)
  const hits = lexicon().findInName(words)
  const quiet = hits.some(({ meaning }) => meaning.part === 'quiet' || meaning.part === 'quiet-name')
  if (!PAPER_EXTENSIONS.has(extension) && !/^[a-z]?\d{1,4}$/.test(extension)) return { findings: [], quiet }
  const findings: PrivateFinding[] = []
  const titled = best(
    WRITTEN_EXTENSIONS.has(extension)
      ? hits
      : hits.filter(({ meaning }) => !isGeneric(meaning.key, meaning.paper)),
    'title',
    words,
  )
  // `secret garden`: such a word is the whole of it, or says nothing.
  const vague = titled !== undefined && isGeneric(titled.word, titled.paper) && !saysEnough(words, hits)
  const story = titled !== undefined && /^secrets?$/.test(titled.word) && words.split(' ').length > 1
  if (titled !== undefined && !quiet && !vague && !story)
    findings.push(maybe(titled.paper, 'name', { word: titled.word }))
  if (findings.length === 0 && !quiet) {
    const named =
      WRITTEN_EXTENSIONS.has(extension) || extension === '' ? best(hits, 'name', words) : undefined
    if (named !== undefined && saysEnough(words, hits, isGeneric(named.word, named.paper)))
      findings.push(maybe(named.paper, 'name', { word: named.word }))
  }
  if (!quiet && passwordList(words, hits) && !/^(?:png|gif|webp|bmp)$/.test(extension))
    findings.push(maybe('password-store', 'name'))
  return { findings, quiet }
}

function best(
  hits: readonly MeaningHit[],
  part: 'title' | 'name',
  words: string,
): { paper: PaperClass; word: string } | undefined {
  let longest: MeaningHit | undefined
  for (const hit of hits) {
    if (hit.meaning.part !== part || hit.meaning.paper === undefined) continue
    // The number of a form is a number.
    if (/^[\d -]+$/.test(hit.meaning.key)) continue
    if (longest === undefined || hit.end - hit.at > longest.end - longest.at) longest = hit
  }
  if (longest === undefined) return undefined
  return { paper: longest.meaning.paper as PaperClass, word: words.slice(longest.at, longest.end) }
}

const OWNING =
  /(?:^| )(?:my|mine|our|scan|scans|scanned|copy|final|signed|meine?r?|mein|kopie|unterschrieben|mon|ma|mes|copie|signé|mi|mis|mio|mia|copia|firmado|firmato|meu|minha|mijn|min|mitt|moj|moje|moja|můj|mój|кopия|мой|моя|мои|копия|скан|подписан|мій|моя|копія|我的|扫描|掃描|复印件|私の|スキャン|내|스캔|사본|saya|của tôi|benim|kişisel)(?: |$)/

/** With a year or a word of whose it is, so many others may stand there: the names of a person, a month. */
const MOST_OTHERS = 3

/**
 * A word like `tax` says something about the file when hardly anything else stands there, or a year, or whose it is.
 * @param generic a word of magazines and games as well (`personal`, `secret`): a year does not help it
 */
function saysEnough(words: string, hits: readonly MeaningHit[], generic = false): boolean {
  let rest = words
  for (const { at, end, meaning } of [...hits].sort((a, b) => b.at - a.at)) {
    if (
      meaning.part !== 'name' &&
      meaning.part !== 'title' &&
      meaning.part !== 'field' &&
      meaning.part !== 'person'
    )
      continue
    rest = rest.slice(0, at) + ' '.repeat(Math.max(0, Math.min(end, rest.length) - at)) + rest.slice(end)
  }
  const others = rest.split(' ').filter((word) => word !== '' && !/^\d+$/.test(word))
  if (OWNING.test(words)) return others.length <= MOST_OTHERS + 1
  if (!generic && /(?:^| )(?:19|20)\d\d(?: |$)/.test(words) && others.length <= MOST_OTHERS) return true
  return others.join('').length <= 10 && others.length <= 1
}

/** `passwords.txt`, `Zugangsdaten Passwörter.xlsx`; a single `password` beside other words is as often a manual's. */
function passwordList(words: string, hits: readonly MeaningHit[]): boolean {
  const strong = hits.filter(
    ({ meaning, at, end }) =>
      meaning.part === 'password' &&
      (end - at >= 4 || words.charAt(at) > '\u2e80') &&
      !WEAK.has(words.slice(at, end)),
  )
  if (LOGINS.test(words)) return true
  if (strong.length === 0) return false
  const count = words.split(' ').length
  return count <= 4
}
const LOGINS = new RegExp(
  folded(
    '^(?:my |meine |mes |mis |all )?(?:logins?|login (?:data|details|info)|credentials|zugangsdaten|identifiants|accesos|accessi|acessos|inloggegevens|inloggningar|доступы|доступи|přihlašovací údaje|ログイン情報|账号密码|帳號密碼|계정 ?정보)(?: |$)',
  ),
)
const WEAK = new Set(
  ['pass', 'code', 'clave', 'kod', 'lösen', 'losen', 'รหัส', 'رمز', '암호', 'hasla'].map(folded),
)
