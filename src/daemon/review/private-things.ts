// What Shoal knows of private things: the sensitive scan (safety/sensitive), one pool of threads for all looks at once, there
// while somebody looks and a little longer.

import { folderFindings } from '../../safety/sensitive/folder-findings.ts'
import { SensitiveScan } from '../../safety/sensitive/scan-pool.ts'
import { suggestedAnswer } from '../../safety/sensitive/suggestion.ts'
import { withoutPlace } from '../../safety/sensitive/without-place.ts'
import type { FolderFinding, PrivateFinding, PrivateScan, PrivateThings, ScanInput } from './private-scan.ts'

/** Kinds that a copy without place can be made of (safety/sensitive/without-place.ts); whether of this one, making it tells. */
const PHOTO = /\.(jpe?g|png|webp|heic|heif|hif|avif|tiff?|dng|nef|cr2|arw)$/i
/** A thread takes a second to learn its words: shares that come one after another do not wait for it each time. */
export const LINGER_MS = 30_000

export class SystemThings implements PrivateThings {
  readonly #lingerMs: number
  #pool: SensitiveScan | undefined
  #users = 0
  #ending: NodeJS.Timeout | undefined

  constructor(lingerMs: number) {
    this.#lingerMs = lingerMs
  }

  open(): PrivateScan {
    clearTimeout(this.#ending)
    this.#pool ??= new SensitiveScan()
    this.#users++
    const pool = this.#pool
    let closed = false
    return {
      scan: (files, signal) => pool.scan(files, signal),
      close: async () => {
        if (closed) return
        closed = true
        this.#users--
        if (this.#users > 0) return
        if (this.#lingerMs === 0) await this.end()
        else this.#ending = setTimeout(() => void this.end(), this.#lingerMs)
      },
    }
  }

  folders(
    files: Iterable<ScanInput>,
    about: { readonly nowMs: number; readonly rootName: string },
  ): readonly FolderFinding[] {
    return folderFindings(files, about)
  }

  suggested(finding: PrivateFinding) {
    return suggestedAnswer(finding)
  }

  canBeWithoutPlace(name: string): boolean {
    return PHOTO.test(name)
  }

  withoutPlace(from: string, to: string): Promise<boolean> {
    return withoutPlace(from, to)
  }

  async end(): Promise<void> {
    clearTimeout(this.#ending)
    const pool = this.#pool
    this.#pool = undefined
    await pool?.close()
  }
}
