// What kind of file something is, in one word: by its content where that is known, else by the end of its name.
// These are the words of `type:` in a search.

export const KINDS = [
  'video',
  'audio',
  'image',
  'document',
  'text',
  'subtitle',
  'archive',
  'disk image',
  'program',
  'script',
  'file',
] as const
export type Kind = (typeof KINDS)[number]

const BY_EXTENSION = new Map<string, Kind>(
  Object.entries({
    video: 'mp4 m4v mkv webm avi mov wmv mpg mpeg ts m2ts mts ogv flv 3gp vob rmvb divx',
    audio: 'mp3 flac ogg oga opus wav m4a m4b aac wma aiff aif alac mka ape wv mid midi dsf',
    image:
      'jpg jpeg png gif webp avif heic heif bmp tif tiff svg jxl raw cr2 cr3 nef arw dng orf rw2 psd xcf ico',
    document:
      'pdf epub mobi azw azw3 fb2 djvu cbz cbr odt ods odp doc docx xls xlsx ppt pptx rtf pages numbers key tex ps',
    text: 'txt md nfo csv tsv json xml yaml yml toml ini log html htm css rst org',
    subtitle: 'srt ass ssa sub vtt idx sup',
    archive: 'zip rar 7z tar gz tgz bz2 xz txz zst lz4 cab',
    'disk image': 'iso img dmg vhd vhdx vmdk qcow2 bin cue nrg',
    program: 'exe scr com pif msi msix dll sys jar apk app deb rpm appimage run gadget so dylib',
    script:
      'bat cmd ps1 vbs js mjs ts tsx jsx sh bash zsh fish py pl rb php lnk command docm xlsm pptm c h cpp hpp rs go java kt swift sql lua',
  }).flatMap(([kind, ends]) => ends.split(' ').map((end) => [end, kind as Kind] as const)),
)
// `.ts` is a video to most people and a script to some; content decides.
BY_EXTENSION.set('ts', 'video')

const BY_TYPE: readonly (readonly [RegExp, Kind])[] = [
  [/^video\//, 'video'],
  [/^audio\//, 'audio'],
  [/^image\//, 'image'],
  [
    /^application\/(pdf|epub\+zip|x-mobipocket-ebook|rtf|msword|vnd\.(oasis|openxmlformats|ms-).*)$/,
    'document',
  ],
  [/^application\/(zip|gzip|x-(7z|rar|tar|bzip2|xz|lzip|zstd|compress).*|zstd|vnd\.rar)$/, 'archive'],
  [
    /^application\/(x-msdownload|x-elf|x-mach-binary|vnd\.debian.*|x-rpm|vnd\.android.*|java-archive)$/,
    'program',
  ],
  [/^application\/x-(iso9660|apple-diskimage).*$/, 'disk image'],
]

const EXTENSION = /\.([^.\s]{1,12})$/u

/** The end of a name in lower case, without the dot; empty where there is none. */
export function extensionOf(name: string): string {
  return EXTENSION.exec(name)?.[1]?.toLowerCase() ?? ''
}

export function kindOf(name: string, mediaType: string | undefined): Kind {
  if (mediaType !== undefined) {
    const found = BY_TYPE.find(([pattern]) => pattern.test(mediaType))
    if (found !== undefined) return found[1]
  }
  return BY_EXTENSION.get(extensionOf(name)) ?? 'file'
}

/** What people type for them. */
const SAID: Readonly<Record<string, Kind>> = {
  videos: 'video',
  movie: 'video',
  film: 'video',
  music: 'audio',
  song: 'audio',
  sound: 'audio',
  images: 'image',
  photo: 'image',
  picture: 'image',
  documents: 'document',
  doc: 'document',
  book: 'document',
  subtitles: 'subtitle',
  archives: 'archive',
  zip: 'archive',
  disk: 'disk image',
  'disk-image': 'disk image',
  iso: 'disk image',
  programs: 'program',
  app: 'program',
  scripts: 'script',
  code: 'script',
  other: 'file',
}

/** A kind by what was typed; undefined when it is none. */
export function kindSaid(text: string): Kind | undefined {
  const said = text.toLowerCase()
  return KINDS.find((kind) => kind === said) ?? (Object.hasOwn(SAID, said) ? SAID[said] : undefined)
}
