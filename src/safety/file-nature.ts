// What a received file is, as far as its name and its first bytes tell, and whether it can run code or pretends (INTERFACE.md A7).
// A first look for every download, not a virus check: "plain" never means "clean".

/** First bytes that are enough to recognise every kind below. */
export const HEAD_BYTES = 512

export type Danger = 'runs-code' | 'pretends' | 'hidden-characters'

export interface FileNature {
  /** `video`, `program`, … or `file` when unknown. */
  readonly kind: FileKind
  readonly dangers: readonly Danger[]
  /** One sentence for a person, without the name. */
  readonly sentence: string
}

export type FileKind =
  | 'video'
  | 'audio'
  | 'image'
  | 'document'
  | 'text'
  | 'archive'
  | 'disk image'
  | 'subtitle'
  | 'program'
  | 'script'
  | 'file'

const BY_EXTENSION: Readonly<Record<string, FileKind>> = table({
  video: 'mp4 m4v mkv webm avi mov wmv mpg mpeg ts m2ts ogv flv 3gp',
  audio: 'mp3 flac ogg opus wav m4a aac wma aiff alac mka',
  image: 'jpg jpeg png gif webp avif heic bmp tif tiff svg',
  document: 'pdf epub mobi djvu odt ods odp doc docx xls xlsx ppt pptx rtf',
  text: 'txt md nfo csv json xml log',
  subtitle: 'srt ass ssa sub vtt idx',
  archive: 'zip rar 7z tar gz tgz bz2 xz zst lz4',
  'disk image': 'iso img dmg vhd vhdx',
  program: 'exe scr com pif msi msix msp cpl dll sys jar apk app deb rpm appimage run gadget ocx drv xll',
  script:
    'bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta sh bash zsh fish py pyw pl rb php lnk url desktop reg scf inf command workflow docm xlsm pptm dotm xltm xlam',
})

/** Kinds that a system may run when opened. */
const RUNNABLE: ReadonlySet<FileKind> = new Set(['program', 'script'])

/** Direction overrides, isolates, zero-width and other invisible characters that make a name read as another. */
const DECEPTIVE = /[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u

export function natureOf(name: string, head: Uint8Array, executableBit = false): FileNature {
  const named = kindOfName(name)
  const found = kindOfContent(head)
  const dangers: Danger[] = []
  const runs = RUNNABLE.has(named) || (found !== undefined && RUNNABLE.has(found)) || executableBit
  if (runs) dangers.push('runs-code')
  const hidesProgram = found !== undefined && RUNNABLE.has(found) && !RUNNABLE.has(named) && named !== 'file'
  if (hidesProgram || doubleExtension(name) || contradicts(named, found)) dangers.push('pretends')
  if (DECEPTIVE.test(name)) dangers.push('hidden-characters')
  return { kind: runs ? (found ?? named) : named, dangers, sentence: sentenceFor(named, found, dangers) }
}

export function kindOfName(name: string): FileKind {
  return BY_EXTENSION[extensionOf(name)] ?? 'file'
}

/** `movie.mp4.exe`, `photo.jpg        .scr`: a harmless ending before one that runs. */
function doubleExtension(name: string): boolean {
  const parts = name.toLowerCase().split('.')
  if (parts.length < 3 || !RUNNABLE.has(kindOfName(name))) return false
  const before = (parts[parts.length - 2] as string).trim()
  const kind = BY_EXTENSION[before]
  return kind !== undefined && !RUNNABLE.has(kind) && kind !== 'archive' && kind !== 'disk image'
}

function contradicts(named: FileKind, found: FileKind | undefined): boolean {
  const media: readonly FileKind[] = ['video', 'audio', 'image']
  return found === 'archive' && media.includes(named)
}

function kindOfContent(head: Uint8Array): FileKind | undefined {
  const starts = (...bytes: number[]) => bytes.every((byte, i) => head[i] === byte)
  if (starts(0x4d, 0x5a)) return 'program' // MZ: DOS and Windows
  if (starts(0x7f, 0x45, 0x4c, 0x46)) return 'program' // ELF
  if (starts(0xcf, 0xfa, 0xed, 0xfe) || starts(0xce, 0xfa, 0xed, 0xfe)) return 'program' // Mach-O
  if (starts(0xca, 0xfe, 0xba, 0xbe)) return 'program' // Mach-O universal, Java class
  if (starts(0x4c, 0x00, 0x00, 0x00, 0x01, 0x14, 0x02)) return 'script' // Windows shortcut
  if (starts(0x23, 0x21)) return 'script' // #!
  if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0x52, 0x61, 0x72, 0x21) || starts(0x37, 0x7a, 0xbc, 0xaf))
    return 'archive'
  return undefined
}

function sentenceFor(named: FileKind, found: FileKind | undefined, dangers: readonly Danger[]): string {
  if (dangers.includes('pretends')) {
    const really =
      found !== undefined && found !== named ? `${article(found)} ${found}` : `${article(named)} ${named}`
    return `Careful: this is ${really} that pretends to be something else`
  }
  if (dangers.includes('hidden-characters'))
    return 'Careful: its name holds invisible characters that make it read differently'
  if (dangers.includes('runs-code')) {
    const kind = found !== undefined && RUNNABLE.has(found) ? found : RUNNABLE.has(named) ? named : 'program'
    return `Careful: this is ${article(kind)} ${kind}; it can run code when opened`
  }
  return named === 'file'
    ? 'A file of a kind Shoal does not know'
    : `${capital(article(named))} ${named}, as its name says`
}

function extensionOf(name: string): string {
  const at = name.lastIndexOf('.')
  return at <= 0 ? '' : name.slice(at + 1).toLowerCase()
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a'
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function table(kinds: Readonly<Partial<Record<FileKind, string>>>): Record<string, FileKind> {
  const byExtension: Record<string, FileKind> = Object.create(null)
  for (const [kind, extensions] of Object.entries(kinds)) {
    for (const extension of extensions.split(' ')) byExtension[extension] = kind as FileKind
  }
  return byExtension
}
