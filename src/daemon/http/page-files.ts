// The page's files: what its build left in one folder, read into memory. Invariant: only what was found there when it was read
// can be asked for, by its exact name; no path of a request reaches the disk.

import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

export interface PageFile {
  readonly bytes: Buffer
  /** Undefined for what is packed already. */
  readonly gzip: Buffer | undefined
  readonly type: string
  /** Its name says its content, so it never changes. */
  readonly lasting: boolean
}

const INDEX = 'index.html'
/** The page is under 1 MB in a few dozen files; more than this is another folder than meant. */
const MAX_FILES = 1_000
const MAX_FILE_BYTES = 16 * 1_048_576
const MAX_DEPTH = 4

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}
const PACKED: ReadonlySet<string> = new Set(['.png', '.webp', '.woff2', '.ico'])
/** Where the build puts files whose names carry their hash. */
const LASTING = '/assets/'

export class PageFiles {
  readonly #folder: string
  #files: ReadonlyMap<string, PageFile> = new Map()
  #builtMs = 0

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async read(folder: string): Promise<PageFiles> {
    const files = new PageFiles(folder)
    await files.#refresh()
    return files
  }

  /** @param at with its slash, as asked for */
  find(at: string): PageFile | undefined {
    return at === `/${INDEX}` ? undefined : this.#files.get(at)
  }

  /** The document, with `nonce` where the page's libraries look for it; undefined when nothing is built. */
  async document(nonce: string): Promise<string | undefined> {
    await this.#refresh()
    const index = this.#files.get(`/${INDEX}`)?.bytes.toString('utf8')
    return index?.replace('<head>', `<head>\n    <meta property="csp-nonce" nonce="${nonce}" />`)
  }

  /** Reads anew what was built anew. */
  async #refresh(): Promise<void> {
    let builtMs: number
    try {
      builtMs = (await stat(path.join(this.#folder, INDEX))).mtimeMs
    } catch {
      // Not built, or being built: what is in memory still works.
      return
    }
    if (builtMs === this.#builtMs) return
    const files = new Map<string, PageFile>()
    await readInto(files, this.#folder, '/', 0)
    this.#files = files
    this.#builtMs = builtMs
  }
}

async function readInto(
  files: Map<string, PageFile>,
  folder: string,
  at: string,
  depth: number,
): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const inside = path.join(folder, entry.name)
    if (entry.isDirectory() && depth < MAX_DEPTH)
      await readInto(files, inside, `${at}${entry.name}/`, depth + 1)
    const extension = path.extname(entry.name)
    const type = TYPES[extension]
    if (!entry.isFile() || type === undefined || files.size >= MAX_FILES) continue
    if ((await stat(inside)).size > MAX_FILE_BYTES) continue
    const bytes = await readFile(inside)
    const gzip = PACKED.has(extension) ? undefined : gzipSync(bytes)
    files.set(`${at}${entry.name}`, { bytes, gzip, type, lasting: at.startsWith(LASTING) })
  }
}
