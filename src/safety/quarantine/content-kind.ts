// What a file is by its first bytes, whatever it is called. Pure and bounded: one pass over at most the head that it is given.
// Promise: an unknown beginning is said to be unknown, never guessed from the name.

import type { Danger, FileKind } from '../file-nature.ts'

export interface ContentKind {
  readonly kind: FileKind
  /** Finer, for whoever looks inside. */
  readonly format: Format
  readonly dangers: readonly Danger[]
}

export type Format =
  | 'zip'
  | 'tar'
  | 'gzip'
  | 'zstd'
  | '7z'
  | 'rar'
  | 'ole'
  | 'pdf'
  | 'rtf'
  | 'markup'
  | 'iso'
  | 'other'

interface Magic {
  readonly at?: number
  readonly bytes: string
  readonly kind: FileKind
  readonly format?: Format
  readonly dangers?: readonly Danger[]
}

/** Bytes as hex digits, `..` for any. The first that fits counts, so the longer stand before the shorter. */
const MAGICS: readonly Magic[] = [
  // Programs.
  { bytes: '7f454c46', kind: 'program' }, // ELF
  { bytes: 'cffaedfe', kind: 'program' }, // Mach-O
  { bytes: 'cefaedfe', kind: 'program' },
  { bytes: 'feedface', kind: 'program' },
  { bytes: 'feedfacf', kind: 'program' },
  { bytes: 'cafebabe', kind: 'program' }, // Mach-O universal, Java class
  { bytes: '6465780a30', kind: 'program' }, // Dalvik
  { bytes: '0061736d01000000', kind: 'program' }, // WebAssembly
  { bytes: 'edabeedb', kind: 'program' }, // rpm
  { bytes: '213c617263683e0a64656269616e', kind: 'program' }, // deb
  { bytes: '78617221', kind: 'program' }, // xar: a package of macOS
  { bytes: '43723234', kind: 'program' }, // an extension of Chrome
  { bytes: '4c000000011402', kind: 'script' }, // a shortcut of Windows
  { bytes: '2321', kind: 'script' }, // #!
  { bytes: 'efbbbf2321', kind: 'script' },
  // Documents that open with programs of their own.
  { bytes: '49545346', kind: 'document', dangers: ['active-content'] }, // CHM
  { bytes: 'e4525c7b8cd8a74daeb15378d02996d3', kind: 'document', dangers: ['active-content'] }, // OneNote
  { bytes: 'd0cf11e0a1b11ae1', kind: 'document', format: 'ole' },
  { bytes: '25504446', kind: 'document', format: 'pdf' },
  { bytes: '7b5c7274', kind: 'document', format: 'rtf' },
  { bytes: '41542654464f524d', kind: 'document' }, // DjVu
  { bytes: '424f4f4b4d4f4249', at: 60, kind: 'document' }, // Mobipocket
  { bytes: '25215053', kind: 'document', dangers: ['active-content'] }, // PostScript is a program
  // Archives.
  { bytes: '504b0304', kind: 'archive', format: 'zip' },
  { bytes: '504b0506', kind: 'archive', format: 'zip' },
  { bytes: '504b0708', kind: 'archive', format: 'zip' },
  { bytes: '526172211a07', kind: 'archive', format: 'rar' },
  { bytes: '377abcaf271c', kind: 'archive', format: '7z' },
  { bytes: '1f8b', kind: 'archive', format: 'gzip' },
  { bytes: '28b52ffd', kind: 'archive', format: 'zstd' },
  { bytes: '425a68', kind: 'archive' }, // bzip2
  { bytes: 'fd377a585a00', kind: 'archive' }, // xz
  { bytes: '4d534346', kind: 'archive', dangers: ['holds-programs'] }, // CAB: what installers come in
  { bytes: '60ea', kind: 'archive' }, // ARJ
  { bytes: '2a2a4143452a2a', at: 7, kind: 'archive' }, // ACE
  { bytes: '2d6c68..2d', at: 2, kind: 'archive' }, // LZH
  { bytes: '7573746172', at: 257, kind: 'archive', format: 'tar' },
  // Disk images.
  { bytes: '4344303031', at: 0x8001, kind: 'disk image', format: 'iso' },
  { bytes: '4e535230', at: 0x9801, kind: 'disk image', format: 'iso' }, // UDF
  { bytes: '636f6e6563746978', kind: 'disk image' }, // VHD
  { bytes: '7668647866696c65', kind: 'disk image' }, // VHDX
  { bytes: '4b444d56', kind: 'disk image' }, // VMDK
  { bytes: '514649fb', kind: 'disk image' }, // qcow2
  { bytes: '4d5357494d000000', kind: 'disk image' }, // WIM
  { bytes: '7f10dabe', at: 0x40, kind: 'disk image' }, // VDI
  // Media.
  { bytes: '1a45dfa3', kind: 'video' }, // Matroska, WebM
  { bytes: '52494646........41564920', kind: 'video' },
  { bytes: '52494646........57415645', kind: 'audio' },
  { bytes: '52494646........57454250', kind: 'image' },
  { bytes: '........6674797061766966', kind: 'image' }, // AVIF
  { bytes: '........6674797068656963', kind: 'image' }, // HEIC
  { bytes: '........667479706d696631', kind: 'image' },
  { bytes: '........667479704d3441', kind: 'audio' },
  { bytes: '........667479704d3442', kind: 'audio' },
  { bytes: '........66747970', kind: 'video' },
  { bytes: '........6d6f6f76', kind: 'video' },
  { bytes: '........77696465', kind: 'video' },
  { bytes: '........6d646174', kind: 'video' },
  { bytes: '464c56', kind: 'video' },
  { bytes: '3026b2758e66cf11', kind: 'video' }, // ASF
  { bytes: '2e524d46', kind: 'video' },
  { bytes: '000001ba', kind: 'video' },
  { bytes: '000001b3', kind: 'video' },
  { bytes: '4f676753', kind: 'audio' },
  { bytes: '664c6143', kind: 'audio' },
  { bytes: '494433', kind: 'audio' },
  { bytes: 'fffb', kind: 'audio' },
  { bytes: 'fff3', kind: 'audio' },
  { bytes: 'fff2', kind: 'audio' },
  { bytes: 'fffa', kind: 'audio' },
  { bytes: 'fff1', kind: 'audio' },
  { bytes: 'fff9', kind: 'audio' },
  { bytes: '464f524d........41494646', kind: 'audio' },
  { bytes: '4d546864', kind: 'audio' },
  { bytes: '4d414320', kind: 'audio' },
  { bytes: '7776706b', kind: 'audio' },
  { bytes: '0b77', kind: 'audio' },
  { bytes: 'ffd8ff', kind: 'image' },
  { bytes: '89504e470d0a1a0a', kind: 'image' },
  { bytes: '474946383761', kind: 'image' },
  { bytes: '474946383961', kind: 'image' },
  { bytes: '49492a00', kind: 'image' },
  { bytes: '4d4d002a', kind: 'image' },
  { bytes: '38425053', kind: 'image' },
  { bytes: '0000000c4a584c20', kind: 'image' },
  { bytes: 'ff0a', kind: 'image' }, // JPEG XL
  { bytes: '424d............0000', kind: 'image' }, // BMP
  { bytes: '00000100', kind: 'image' }, // ICO
  { bytes: '000001b6', kind: 'video' },
]

const compiled = MAGICS.map((magic) => ({
  ...magic,
  want: (magic.bytes.match(/../g) ?? []).map((byte) => (byte === '..' ? -1 : Number.parseInt(byte, 16))),
}))

/** Undefined when nobody knows. */
export function contentOf(head: Uint8Array): ContentKind | undefined {
  // Before everything else, and without another look at it: Windows runs whatever begins so.
  if (head[0] === 0x4d && head[1] === 0x5a) return known('program')
  for (const { at = 0, want, kind, format = 'other', dangers = [] } of compiled) {
    if (want.every((byte, i) => byte < 0 || head[at + i] === byte)) return { kind, format, dangers }
  }
  if (isTransportStream(head)) return known('video')
  return markupOf(head)
}

function known(kind: FileKind): ContentKind {
  return { kind, format: 'other', dangers: [] }
}

/** Packets of 188 bytes (or 192 with a time before each) that begin with the same byte. */
function isTransportStream(head: Uint8Array): boolean {
  return [
    [0, 188],
    [4, 192],
  ].some(([first = 0, step = 0]) => [0, 1, 2, 3].every((packet) => head[first + packet * step] === 0x47))
}

/** A page or drawing by its first mark, behind spaces and what announces it. */
function markupOf(head: Uint8Array): ContentKind | undefined {
  const text = asLatin(head.subarray(0, 1_024))
    .replace(/^(\xef\xbb\xbf)?\s+|^\xef\xbb\xbf/, '')
    .toLowerCase()
  if (!text.startsWith('<')) return undefined
  if (/<svg[\s>]/.test(text)) return { kind: 'image', format: 'markup', dangers: [] }
  if (/^<(!doctype html|html|head|body|script|iframe|!--)|<html[\s>]/.test(text))
    return { kind: 'web page', format: 'markup', dangers: [] }
  if (/<(package|job|scriptlet|component)[\s>]|<\?import|<hta:/.test(text)) return known('script')
  return undefined
}

/** One character a byte: enough to look for words that are written in ASCII. */
export function asLatin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
