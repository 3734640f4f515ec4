// What a file is by its first bytes, then by its name: decides who looks into it.

export type ContentKind =
  | 'pdf'
  | 'zip'
  | 'gzip'
  | 'tar'
  | 'cfb'
  | 'sqlite'
  | 'image'
  | 'video'
  | 'audio'
  | 'sealed-archive'
  | 'rtf'
  | 'program'
  | 'text'
  | 'binary'

/** Each byte one sign. (The web's `latin1` is Windows-1252, which is something else from 0x80 to 0x9f.) */
export function asLatin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'latin1',
    from,
    Math.min(to, bytes.length),
  )
}

const MAGIC: readonly (readonly [string, ContentKind, number?])[] = [
  ['%PDF-', 'pdf'],
  ['PK\x03\x04', 'zip'],
  ['PK\x05\x06', 'zip'],
  ['\x1f\x8b', 'gzip'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'cfb'],
  ['SQLite format 3\0', 'sqlite'],
  ['\xff\xd8\xff', 'image'],
  ['\x89PNG\r\n\x1a\n', 'image'],
  ['GIF8', 'image'],
  ['II*\0', 'image'],
  ['MM\0*', 'image'],
  ['8BPS', 'image'],
  ['\0\0\0\x0cJXL ', 'image'],
  ['\xff\x0a', 'image'],
  ['\0\0\x01\0', 'image'],
  ['7z\xbc\xaf\x27\x1c', 'sealed-archive'],
  ['Rar!\x1a\x07', 'sealed-archive'],
  ['BZh', 'sealed-archive'],
  ['\xfd7zXZ\0', 'sealed-archive'],
  ['\x28\xb5\x2f\xfd', 'sealed-archive'],
  ['{\\rtf', 'rtf'],
  ['\x7fELF', 'program'],
  ['MZ', 'program'],
  ['\xcf\xfa\xed\xfe', 'program'],
  ['\xca\xfe\xba\xbe', 'program'],
  ['\0asm', 'program'],
  ['ID3', 'audio'],
  ['fLaC', 'audio'],
  ['OggS', 'audio'],
  ['\xff\xfb', 'audio'],
  ['\xff\xf3', 'audio'],
  ['\x1a\x45\xdf\xa3', 'video'],
  ['FLV', 'video'],
  ['\0\0\x01\xba', 'video'],
  ['\0\0\x01\xb3', 'video'],
  ['0&\xb2\x75\x8e\x66\xcf\x11', 'video'],
]

/** `ftyp` brands of still images; others are video or audio. */
const IMAGE_BRANDS = /^(heic|heix|hevc|heim|heis|mif1|msf1|avif|avis|jxl |crx )/

export function contentKind(head: Uint8Array): ContentKind {
  const start = asLatin1(head, 0, 512)
  if (start.slice(4, 8) === 'ftyp') return IMAGE_BRANDS.test(start.slice(8, 12)) ? 'image' : 'video'
  if (start.startsWith('RIFF')) {
    const form = start.slice(8, 12)
    return form === 'WEBP' ? 'image' : form === 'AVI ' ? 'video' : 'audio'
  }
  if (start.startsWith('BM') && head[6] === 0 && head[7] === 0 && head[14] === 40) return 'image'
  for (const [magic, kind] of MAGIC) if (start.startsWith(magic)) return kind
  // Some put a few bytes before it, and readers let them.
  if (start.includes('%PDF-1.')) return 'pdf'
  if (asLatin1(head, 257, 262) === 'ustar') return 'tar'
  return looksLikeText(head) ? 'text' : 'binary'
}

/** Text in some 8-bit or 16-bit form: hardly any control characters. */
export function looksLikeText(head: Uint8Array): boolean {
  const bytes = head.subarray(0, 4_096)
  if (bytes.length === 0) return true
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return true
  let controls = 0
  let zerosEven = 0
  let zerosOdd = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte === 0) {
      if (i % 2 === 0) zerosEven++
      else zerosOdd++
    } else if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 0x1b) {
      controls++
    }
  }
  const half = bytes.length / 2
  const wide =
    (zerosOdd > half * 0.6 && zerosEven < half * 0.05) || (zerosEven > half * 0.6 && zerosOdd < half * 0.05)
  if (wide) return true
  return controls + zerosEven + zerosOdd <= bytes.length * 0.005
}

export function extensionOf(name: string): string {
  const at = name.lastIndexOf('.')
  return at <= 0 ? '' : name.slice(at + 1).toLowerCase()
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))

/** Works of art and programs: their names say what they are about, not what they are. */
export const MEDIA_EXTENSIONS = set(
  'mp3 flac ogg oga opus wav m4a m4b aac wma aiff alac mka mid midi mod xm mp4 m4v mkv webm avi mov wmv mpg mpeg ts m2ts ogv flv 3gp vob srt ass ssa sub vtt idx lrc epub mobi azw azw3 fb2 djvu cbz cbr cb7 exe msi dll so dylib apk deb rpm appimage iso dmg pkg jar class wasm pyc o a ttf otf woff woff2 gltf glb stl obj blend fbx 3mf gcode nes gba rom torrent nfo m3u m3u8 cue pls svg psd ai eps ico cur',
)
/** Source code, markup of programs and their settings: words in it are about programs. */
export const CODE_EXTENSIONS = set(
  'js mjs cjs jsx ts tsx mts cts py pyw pyi rb php phtml java kt kts scala groovy clj cljs go rs c h cc cpp cxx hpp hh m mm cs fs vb swift dart lua pl pm r jl hs ml mli ex exs erl elm nim zig v sol asm s sh bash zsh fish ps1 psm1 bat cmd awk sed vim el lisp scm tcl pas f90 css scss sass less vue svelte astro graphql gql proto thrift cmake mk gradle sbt bazel bzl nix tf hcl diff patch map lock po pot ipynb d ino vhd vhdl sv y l tex sty cls bib rst adoc pod man 1 2 3 4 5 6 7 8 gitignore editorconfig svg',
)
/** `ls.1`, `open.3posix`: pages of the manual. */
export const MANUAL_EXTENSION = /^\d[a-z]{0,8}$/
