// A file system that can share bytes between files, in an image of its own. Promise: it is unmounted and the image removed
// whatever happens; where it cannot be made, `whyNot` is the reason to print.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type ReflinkKind = 'btrfs' | 'xfs'

/** The least that mkfs takes for both. */
const IMAGE_BYTES = 400 * 1_048_576

const MAKE: Readonly<Record<ReflinkKind, readonly string[]>> = {
  btrfs: ['mkfs.btrfs', '-q'],
  xfs: ['mkfs.xfs', '-q', '-m', 'reflink=1'],
}

export class ReflinkVolume {
  readonly #folder: string
  readonly path: string

  constructor(kind: ReflinkKind) {
    this.#folder = mkdtempSync(join(tmpdir(), `shoal-${kind}-`))
    this.path = join(this.#folder, 'volume')
    const image = join(this.#folder, 'image')
    try {
      writeFileSync(image, '')
      truncateSync(image, IMAGE_BYTES)
      const [program = '', ...words] = MAKE[kind]
      execFileSync(program, [...words, image], { stdio: 'pipe' })
      execFileSync('mkdir', [this.path])
      execFileSync('mount', ['-o', 'loop', image, this.path], { stdio: 'pipe' })
    } catch (error) {
      rmSync(this.#folder, { recursive: true, force: true })
      throw error
    }
  }

  /** Undefined where it can be made. */
  static whyNot(kind: ReflinkKind): string | undefined {
    if (process.platform !== 'linux') return 'file systems in an image are only mounted on Linux'
    if (process.getuid?.() !== 0) return `needs root, to mount a ${kind} image`
    const [program = ''] = MAKE[kind]
    if (spawnSync(program, ['-V']).error !== undefined)
      return `needs ${program}: apt-get install ${kind === 'xfs' ? 'xfsprogs' : 'btrfs-progs'}`
    try {
      new ReflinkVolume(kind).remove()
      return undefined
    } catch (error) {
      const said = (error as { stderr?: Buffer }).stderr?.toString().trim()
      return `a ${kind} image cannot be mounted here: ${said || String(error)}`
    }
  }

  /** Everything that is written is where it will stay: what is allocated and shared can be asked. */
  sync(): void {
    execFileSync('sync', ['-f', this.path])
  }

  /** Bytes of a file, and of these, bytes that another file has too (FIEMAP). */
  extents(path: string): { readonly bytes: number; readonly sharedBytes: number } {
    const said = execFileSync('filefrag', ['-v', path], { encoding: 'utf8' })
    const blockBytes = Number(/ of (\d+) bytes\)/.exec(said)?.[1])
    let [bytes, sharedBytes] = [0, 0]
    // `   0:        0..    2047:      33792..     35839:   2048:             last,shared,eof`
    for (const [, blocks, flags = ''] of said.matchAll(/^ +\d+: .*: +(\d+):(.*)$/gm)) {
      const length = Number(blocks) * blockBytes
      bytes += length
      if (flags.includes('shared')) sharedBytes += length
    }
    return { bytes, sharedBytes }
  }

  remove(): void {
    spawnSync('umount', ['-l', this.path])
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
