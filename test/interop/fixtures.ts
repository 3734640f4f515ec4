// Content to share in tests: the same bytes and names for the same seed, on every machine, and its comparison.

import { createCipheriv, createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const MIB = 1024 * 1024
const BLOCK = 16 * 1024

/** A stream of bytes that looks random and depends on the seed only. */
export class SeededBytes {
  readonly #cipher

  constructor(seed: string) {
    const key = createHash('sha256').update(seed).digest().subarray(0, 16)
    this.#cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  }

  next(lengthBytes: number): Buffer {
    return this.#cipher.update(Buffer.alloc(lengthBytes))
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return this.next(4).readUInt32LE() % limit
  }
}

/** One big file. Not a multiple of any piece length unless told so, so that the last piece is short. */
export async function makeBigFile(
  path: string,
  seed: string,
  lengthBytes = 48 * MIB + 12_345,
): Promise<void> {
  const bytes = new SeededBytes(seed)
  const file = await open(path, 'wx')
  try {
    for (let left = lengthBytes; left > 0; left -= MIB) await file.write(bytes.next(Math.min(left, MIB)))
  } finally {
    await file.close()
  }
}

/** Names as people of many places write them, all in NFC; none that a client has a reason to change. */
const WORDS = [
  'Été à la mer',
  'Straße nach Süden',
  'Žluťoučký kůň',
  'Ελληνικά',
  'Привет мир',
  'שלום עולם',
  'مرحبا بالعالم',
  'नमस्ते',
  'สวัสดี',
  '你好世界',
  'こんにちは',
  '한국어 이름',
  'Tiếng Việt',
  '🐟 shoal 🌊',
  'plain',
  'with  two spaces',
  "it's & that + this = 100 %",
  '#hash [brackets] {braces} (round)',
  'UPPER and lower',
  '.hidden',
  'two.dots.tar',
  'x'.repeat(200),
]

/** Where lengths go wrong: around nothing, a block, a small piece. */
const EDGES = [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1, 4 * BLOCK - 1, 4 * BLOCK]

/** A tree with empty files, odd lengths and Unicode names; about 12 MiB for 2,000 files. */
export async function makeTree(root: string, seed: string, fileCount = 2_000): Promise<void> {
  const bytes = new SeededBytes(seed)
  const word = (): string => WORDS[bytes.below(WORDS.length)] ?? 'plain'
  const folders = [root]
  for (let index = 0; index < Math.ceil(fileCount / 40); index++) {
    const parent = folders[bytes.below(folders.length)] ?? root
    // Names are at most 255 bytes long, paths at most some thousands.
    if (Buffer.byteLength(parent) - Buffer.byteLength(root) < 900)
      folders.push(join(parent, `${word()} ${index}`))
  }
  for (const folder of folders) await mkdir(folder, { recursive: true })
  for (let index = 0; index < fileCount; index++) {
    // Each folder gets a file first: torrents cannot hold empty folders.
    const folder = folders[index] ?? folders[bytes.below(folders.length)] ?? root
    await writeFile(join(folder, `${word()} ${index}.bin`), bytes.next(fileLength(index, bytes)), {
      flag: 'wx',
    })
  }
}

function fileLength(index: number, bytes: SeededBytes): number {
  if (index % 20 === 0) return 0
  if (index % 500 === 1) return 1_000_003
  if (index % 7 === 1) return EDGES[bytes.below(EDGES.length)] ?? 1
  return 1 + bytes.below(6_000)
}

/** What a torrent's maker calls pad files (BEP 47): present on disk only with clients that do not know them. */
export const PAD_FOLDER = '.pad'

/** Writes the zeros that a client without BEP 47 expects to find beside a hybrid torrent's files. */
export async function writePadFiles(
  savePath: string,
  files: readonly { readonly path: string; readonly lengthBytes: number; readonly pad: boolean }[],
): Promise<void> {
  for (const { path, lengthBytes, pad } of files) {
    if (!pad) continue
    const full = join(savePath, path)
    await mkdir(dirname(full), { recursive: true })
    await writeFile(full, Buffer.alloc(lengthBytes))
  }
}

/**
 * Differences between two files or trees, in words; none when they are equal byte by byte and name by name.
 * `withoutEmptyFiles`: the client that wrote `actual` does not make files of no bytes.
 */
export async function differences(
  expected: string,
  actual: string,
  options: { withoutEmptyFiles?: boolean } = {},
): Promise<string[]> {
  const [wanted, found] = [await fingerprint(expected), await fingerprint(actual)]
  if (options.withoutEmptyFiles === true) {
    for (const [path, hash] of wanted) if (hash === HASH_OF_NOTHING) wanted.delete(path)
  }
  const missing = [...wanted.keys()].filter((path) => !found.has(path)).map((path) => `missing: ${path}`)
  const extra = [...found.keys()].filter((path) => !wanted.has(path)).map((path) => `not expected: ${path}`)
  const changed = [...wanted]
    .filter(([path, hash]) => found.has(path) && found.get(path) !== hash)
    .map(([path]) => `differs: ${path}`)
  const all = [...missing, ...extra, ...changed]
  return all.length <= SHOWN ? all : [...all.slice(0, SHOWN), `and ${all.length - SHOWN} more`]
}

const HASH_OF_NOTHING = createHash('sha256').digest('hex')
/** So that a failing test can be read. */
const SHOWN = 12

/** Relative path → SHA-256 for every file below; folders that are empty count too; pad files do not. */
export async function fingerprint(path: string): Promise<Map<string, string>> {
  const result = new Map<string, string>()
  if ((await stat(path)).isFile()) return result.set('', await fileHash(path))
  const walk = async (folder: string, prefix: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true })
    if (entries.length === 0) result.set(`${prefix}/`, 'empty folder')
    for (const entry of entries) {
      if (entry.isDirectory() && entry.name === PAD_FOLDER) continue
      const name = `${prefix}/${entry.name}`
      if (entry.isDirectory()) await walk(join(folder, entry.name), name)
      else result.set(name, await fileHash(join(folder, entry.name)))
    }
  }
  await walk(path, '')
  return result
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  const file: FileHandle = await open(path)
  try {
    // Most files are small: zeroing a large buffer for each of thousands takes longer than reading them.
    const buffer = Buffer.allocUnsafe(Math.min(MIB, (await file.stat()).size + 1))
    for (;;) {
      const { bytesRead } = await file.read(buffer)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}
