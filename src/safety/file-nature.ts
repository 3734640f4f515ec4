// What a received file is, as far as its name and its first bytes tell, and whether it can run code or pretends (INTERFACE.md A7).
// A first look for every download, not a virus check: "plain" never means "clean". What is inside is quarantine/ to look at.

import { contentOf } from './quarantine/content-kind.ts'
import { dangersOfName, readName } from './quarantine/name-look.ts'

/** First bytes that are enough to recognise every kind; where a disk image says what it is lies farthest behind. */
export const HEAD_BYTES = 65_536

/**
 * `holds-programs`: an archive or disk image with programs in it · `active-content`: a document or page with parts that run ·
 * `disk-image`: opened like a drive, what is in it has no mark of where it came from.
 */
export type Danger =
  | 'runs-code'
  | 'pretends'
  | 'hidden-characters'
  | 'look-alike-name'
  | 'macros'
  | 'active-content'
  | 'holds-programs'
  | 'disk-image'

export interface FileNature {
  /** By what is in it: `video`, `program`, … or `file` when unknown. */
  readonly kind: FileKind
  /** What its name makes it look like. */
  readonly named: FileKind
  readonly dangers: readonly Danger[]
}

export type FileKind =
  | 'video'
  | 'audio'
  | 'image'
  | 'document'
  | 'web page'
  | 'text'
  | 'archive'
  | 'disk image'
  | 'subtitle'
  | 'program'
  | 'script'
  | 'file'

const BY_EXTENSION: Readonly<Record<string, FileKind>> = table({
  video: 'mp4 m4v mkv webm avi mov wmv mpg mpeg ts m2ts mts ogv flv 3gp 3g2 vob asf rm rmvb divx',
  audio: 'mp3 flac ogg oga opus wav m4a m4b aac wma aiff aif alac mka ape mid midi ac3 dts wv',
  image: 'jpg jpeg png gif webp avif heic heif bmp tif tiff svg svgz ico jxl psd raw cr2 nef dng',
  document:
    'pdf epub mobi azw3 djvu odt ods odp odg doc docx xls xlsx ppt pptx pps ppsx rtf pub vsd vsdx pages numbers key one onepkg chm ps eps xps oxps',
  'web page': 'html htm xhtml mht mhtml shtml',
  text: 'txt md nfo csv tsv json xml log ini cfg conf yaml yml toml cue m3u m3u8 pls sfv md5 sha1 sha256 tex torrent asc sig eml ics vcf',
  subtitle: 'srt ass ssa sub vtt idx smi sbv',
  archive:
    'zip rar 7z tar gz tgz bz2 tbz2 xz txz zst tzst lz4 lz lzma z cab arj lzh ace cpio cbz cbr r00 r01 001',
  'disk image': 'iso img dmg vhd vhdx vmdk vdi qcow2 wim udf nrg mdf',
  program:
    'exe scr com pif msi msix msixbundle appx appxbundle msp mst cpl dll sys jar apk xapk ipa app deb rpm appimage run elf dylib gadget ocx drv xll wll pkg mpkg snap flatpak flatpakref xpi crx class appref-ms appinstaller air dex efi application prefpane saver qlgenerator kext',
  script:
    'bat cmd ps1 psm1 psd1 ps1xml vbs vbe vbscript js jse mjs cjs wsf wsh wsc sct hta sh bash zsh fish csh ksh py pyw pyc pyz pl rb php lua tcl lnk url webloc website desktop reg scf inf command workflow action scpt scptd applescript ahk au3 iqy slk settingcontent-ms library-ms search-ms searchconnector-ms theme themepack diagcab msc job rdp jnlp docm xlsm pptm dotm xltm xlam xlsb potm ppsm ppam sldm ws shb shs hlp msh msh1 msh2 mshxml psc1 psc2 cdxml ade adp mda mde accde isp pcd vsw terminal inetloc fileloc tool mobileconfig',
})

/** Kinds that a system may run when opened. */
const RUNNABLE: ReadonlySet<FileKind> = new Set(['program', 'script'])
/** Documents that are archives inside; any other that is one is none. */
const PACKED_DOCUMENTS = new Set(
  'epub odt ods odp odg docx xlsx pptx ppsx vsdx pages numbers key xps oxps onepkg svgz azw3'.split(' '),
)
const MEDIA: ReadonlySet<FileKind> = new Set(['video', 'audio', 'image', 'subtitle'])

export function natureOf(name: string, head: Uint8Array, executableBit = false): FileNature {
  const { extension } = readName(name)
  const byName = kindOfExtension(extension)
  const content = contentOf(head)
  const found = content?.kind
  const dangers = new Set<Danger>(content?.dangers)
  const runs = RUNNABLE.has(byName) || (found !== undefined && RUNNABLE.has(found)) || executableBit
  if (runs) dangers.add('runs-code')
  for (const danger of dangersOfName(name, isKnown, isRunnable)) dangers.add(danger)
  const hidesProgram =
    found !== undefined && RUNNABLE.has(found) && !RUNNABLE.has(byName) && byName !== 'file'
  if (hidesProgram || contradicts(byName, found, extension)) dangers.add('pretends')
  if (found === 'disk image' || byName === 'disk image') dangers.add('disk-image')
  const named = dangers.has('pretends') && RUNNABLE.has(byName) ? posedKind(name) : byName
  return { kind: actualKind(byName, found, runs, head), named, dangers: [...dangers] }
}

export function kindOfName(name: string): FileKind {
  return kindOfExtension(readName(name).extension)
}

export function isRunnableName(name: string): boolean {
  return isRunnable(readName(name).extension)
}

function kindOfExtension(extension: string): FileKind {
  return BY_EXTENSION[extension] ?? 'file'
}

function isKnown(extension: string): boolean {
  return BY_EXTENSION[extension] !== undefined
}

function isRunnable(extension: string): boolean {
  return RUNNABLE.has(kindOfExtension(extension))
}

/** What `movie.mp4.exe` wants to be taken for. */
function posedKind(name: string): FileKind {
  const { parts, extension } = readName(name)
  const kind = kindOfExtension(parts.at(-2) ?? '')
  return kind === 'file' ? kindOfExtension(extension) : kind
}

/** Kinds that are the same thing under many endings do not contradict each other. */
function contradicts(named: FileKind, found: FileKind | undefined, extension: string): boolean {
  if (found === undefined || found === named || named === 'file' || RUNNABLE.has(named)) return false
  if (found === 'archive')
    return named !== 'archive' && named !== 'disk image' && !PACKED_DOCUMENTS.has(extension)
  if (found === 'document' || found === 'web page' || found === 'disk image') return MEDIA.has(named)
  // Containers hold sound or pictures or both, and a poster may be either.
  if (MEDIA.has(found))
    return (
      named === 'document' ||
      named === 'archive' ||
      named === 'text' ||
      (found === 'image') !== (named === 'image')
    )
  return false
}

function actualKind(named: FileKind, found: FileKind | undefined, runs: boolean, head: Uint8Array): FileKind {
  if (found !== undefined) {
    // Documents and packages are zips inside; a script's ending says what runs it.
    if (found === 'archive' && (named === 'document' || RUNNABLE.has(named))) return named
    if (RUNNABLE.has(named) && !RUNNABLE.has(found)) return named
    // A container says little of what is in it.
    if (MEDIA.has(found) && MEDIA.has(named) && found !== 'image' && named !== 'image') return named
    return found
  }
  if (runs) return RUNNABLE.has(named) ? named : 'program'
  if (head.length === 0) return named
  const textual = named === 'text' || named === 'subtitle' || named === 'web page'
  return textual && isText(head) ? named : 'file'
}

/** No byte that texts do not have. UTF-16 has zeros, and says so first. */
function isText(head: Uint8Array): boolean {
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)
  return wide || !head.subarray(0, 4_096).includes(0)
}

function table(kinds: Readonly<Partial<Record<FileKind, string>>>): Record<string, FileKind> {
  const byExtension: Record<string, FileKind> = Object.create(null)
  for (const [kind, extensions] of Object.entries(kinds)) {
    for (const extension of extensions.split(' ')) byExtension[extension] = kind as FileKind
  }
  return byExtension
}
