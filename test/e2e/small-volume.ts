// A small file system of its own to save on, in memory. Promise: it is unmounted whatever happens; where mounting is not
// allowed, `whyNot` is the reason to print.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export class SmallVolume {
  readonly path = mkdtempSync(join(tmpdir(), 'shoal-small-'))

  constructor(bytes: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', this.path])
  }

  /** Undefined where it can be made. */
  static whyNot(): string | undefined {
    if (process.platform !== 'linux') return 'mounting small file systems is only tried on Linux'
    if (process.getuid?.() !== 0) return 'needs root, to mount a small file system'
    const probe = mkdtempSync(join(tmpdir(), 'shoal-small-'))
    const tried = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=65536', 'tmpfs', probe])
    if (tried.status === 0) execFileSync('umount', [probe])
    rmdirSync(probe)
    return tried.status === 0 ? undefined : `mounting is not allowed here: ${tried.stderr.toString().trim()}`
  }

  remount(options: string): void {
    execFileSync('mount', ['-o', `remount,${options}`, this.path])
  }

  remove(): void {
    spawnSync('umount', ['-l', this.path])
    rmdirSync(this.path)
  }
}
