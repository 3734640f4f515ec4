// Folders that are private as such, whatever is in them: by name, by what lies beside each other in them, and by how lately
// somebody worked there. One pass over the paths of a review; counts are bounded by its folders.

import { maybe, type PrivateFinding, sureOf } from './finding.ts'
import { nameWords } from './folded-text.ts'
import { lexicon } from './words/lexicon.ts'

/** Changed within this: somebody is at it. */
const RECENT_MS = 90 * 24 * 3_600_000
/** Design: findings kept of a review. */
const MAX_FINDINGS = 10_000
const MAX_FOLDERS = 200_000

export interface TreeFile {
  readonly components: readonly string[]
  readonly modifiedMs: number
}

export interface FolderFinding {
  /** Of the folder, below what is reviewed; empty for itself. */
  readonly components: readonly string[]
  readonly finding: PrivateFinding
}

interface FolderFacts {
  readonly components: readonly string[]
  readonly names: Set<string>
  files: number
  newestMs: number
}

/** Told by what lies in it: all of a set. */
const FORMS: readonly (readonly [readonly (string | RegExp)[], PrivateFinding])[] = [
  [['cur', 'new', 'tmp'], sureOf('mail', 'maildir')],
  [['.gpg-id'], sureOf('password-store', 'pass')],
  [['HEAD', 'config', 'objects'], maybe('hidden-file', 'git')],
  [['prefs.js', /^(?:places|key4|cookies)\.(?:sqlite|db)$/], sureOf('browser-data', 'firefox-profile')],
  [['Login Data'], sureOf('browser-data', 'chrome-profile')],
  [['Manifest.db', 'Info.plist'], sureOf('backup', 'iphone')],
  [['Manifest.mbdb'], sureOf('backup', 'iphone')],
  [['wallet.dat'], sureOf('wallet', 'bitcoin')],
  [['keystore', 'geth'], sureOf('wallet', 'ethereum')],
  [['1Password.opvault'], sureOf('password-store', '1password')],
]

/** By name alone, in the forms people and systems use; words of papers besides. */
const PRIVATE_NAMES =
  /^(?:private|privat|privates|privado|privé|prive|privato|privata|privat[ao]s?|prywatne|soukrom[eé]|sukromne|osobn[eoií]|osobiste|magán|maganjellegu|özel|личное|личные|приватное|особисте|приватне|personal|persönlich|personale|pessoal|personnel|perso|persoonlijk|henkilökohtainen|yksityinen|személyes|personlig[at]?|προσωπικ[αά]|προσωπικά αρχεία|شخصي|خاص|פרטי|אישי|خصوصی|شخصی|निजी|ব্যক্তিগত|ส่วนตัว|riêng tư|cá nhân|pribadi|peribadi|プライベート|個人|私用|個人用|개인|사생활|私人|个人|私密|隐私|隱私|confidential|vertraulich|confidentiel|confidencial|secret|secrets|geheim|bewerbung(?:en)?|applications?|candidatures?|sollicitaties?|taxes?|tax returns?|steuern?|steuererklärung(?:en)?|impôts|impots|impuestos|hacienda|tasse|impostos|belasting(?:en)?|skatt|skat|verot|podatki|daně|dane|adó|impozite|налоги|податки|δήλωση|vergi|ضرائب|מיסים|कर|ภาษี|thuế|pajak|cukai|税金|税務|세금|税务|稅務|medical|medizin|arzt|gesundheit|médical|medical records|salud|médico|salute|saúde|medisch|health|здоровье|медицина|医療|의료|医疗|醫療|finance[sn]?|finanzen|banking|bank|insurance|versicherung(?:en)?|assurances?|seguros?|assicurazioni|verzekering(?:en)?|passwords?|passwörter|mots de passe|contraseñas|senhas|wachtwoorden|пароли|паролі|密码|密碼|パスワード|비밀번호|keys|ssh keys|wallets?|backups?|nudes?|diary|tagebuch|journal intime|scans?|scanned documents|dokumente scans?|ausweise?|ids|identity|passports?|legal|scheidung|divorce|lawyer|anwalt|contracts|verträge|payslips?|payroll|lohn|gehalt|salaire|nóminas|buste paga|hr|personalakten?|dcim|camera roll|whatsapp images?|whatsapp documents|whatsapp|telegram desktop|signal)$/

/** What systems call the places where everything of a person lies. */
const WHOLE_LIVES =
  /^(?:desktop|documents|my documents|downloads|schreibtisch|dokumente|eigene dateien|bureau|mes documents|téléchargements|escritorio|documentos|descargas|scrivania|documenti|scaricati|área de trabalho|transferências|bureaublad|documenten|skrivbord|dokument|skrivebord|dokumenter|työpöytä|asiakirjat|pulpit|dokumenty|plocha|asztal|dokumentumok|работен плот|рабочий стол|документы|загрузки|робочий стіл|документи|επιφάνεια εργασίας|έγγραφα|masaüstü|belgeler|سطح المكتب|المستندات|שולחן העבודה|מסמכים|デスクトップ|書類|ドキュメント|바탕화면|문서|桌面|文档|文稿|文件)$/

export function folderFindings(
  tree: Iterable<TreeFile>,
  { nowMs, rootName = '' }: { readonly nowMs: number; readonly rootName?: string },
): FolderFinding[] {
  const folders = new Map<string, FolderFacts>()
  for (const { components, modifiedMs } of tree) {
    for (let depth = components.length - 1; depth >= 0; depth--) {
      const key = components.slice(0, depth).join('/')
      let facts = folders.get(key)
      if (facts === undefined) {
        if (folders.size >= MAX_FOLDERS) break
        facts = { components: components.slice(0, depth), names: new Set(), files: 0, newestMs: 0 }
        folders.set(key, facts)
      }
      // Enough to tell its form; a folder of a million photos is not remembered by name.
      if (facts.names.size < 500) facts.names.add(components[depth] as string)
      facts.files++
      facts.newestMs = Math.max(facts.newestMs, modifiedMs)
    }
  }
  const found: FolderFinding[] = []
  for (const facts of folders.values()) {
    const name = facts.components[facts.components.length - 1] ?? rootName
    const finding = formOf(facts) ?? namedAs(name, facts, nowMs, facts.components.length === 0)
    if (finding !== undefined) found.push({ components: facts.components, finding })
    if (found.length >= MAX_FINDINGS) break
  }
  return found.sort((a, b) => a.components.length - b.components.length)
}

function formOf({ names }: FolderFacts): PrivateFinding | undefined {
  for (const [signs, finding] of FORMS) {
    const all = signs.every((sign) =>
      typeof sign === 'string' ? names.has(sign) : [...names].some((name) => sign.test(name)),
    )
    if (all) return finding
  }
  return undefined
}

function namedAs(
  name: string,
  facts: FolderFacts,
  nowMs: number,
  isRoot: boolean,
): PrivateFinding | undefined {
  const words = nameWords(name)
  if (words === '') return undefined
  const recent = nowMs - facts.newestMs < RECENT_MS
  const data = { count: facts.files, recent }
  const lower = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim()
  if (PRIVATE_NAMES.test(lower) || PRIVATE_NAMES.test(words)) return maybe('private-folder', 'name', data)
  if (WHOLE_LIVES.test(lower) && (isRoot || facts.components.length === 1))
    return maybe('private-folder', 'everything', data)
  const hits = lexicon().find(words)
  if (hits.some(({ meaning }) => meaning.part === 'quiet' || meaning.part === 'quiet-name')) return undefined
  const title = hits.find(
    ({ at, end, meaning }) =>
      meaning.part === 'title' && end - at >= words.replace(/\s?\d+/g, '').length * 0.6,
  )
  if (title !== undefined) return maybe('private-folder', 'words', data)
  // `taxes 2024`, `medical ana`: recently worked on, so that an old archive of songs is left in peace.
  const named = hits.find(
    ({ at, end, meaning }) =>
      meaning.part === 'name' && end - at >= words.replace(/\s?\d+/g, '').length * 0.5,
  )
  return named !== undefined && recent ? maybe('private-folder', 'words', data) : undefined
}
