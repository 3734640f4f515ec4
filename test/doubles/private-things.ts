// What looks into files, for tests: a file is private in the ways that its own lines `PRIVATE <class>` say, and a copy of it
// without place is what it holds without the word PLACE. Files named `….stays` cannot be copied so.

import { readFile, writeFile } from 'node:fs/promises'
import type { FindingClass } from '../../src/api/schemas/review.ts'
import type {
  FolderFinding,
  PrivateFinding,
  PrivateThings,
  ScanInput,
} from '../../src/daemon/review/private-scan.ts'

export class MarkedThings implements PrivateThings {
  /** Files that were looked into, in order. */
  readonly scanned: string[] = []
  /** Called before each. */
  before: (file: ScanInput) => Promise<void> | void = () => {}
  /** Never answered for. */
  readonly lost = new Set<string>()
  folderFindings: readonly FolderFinding[] = []

  open(): ReturnType<PrivateThings['open']> {
    return { scan: (files, signal) => this.#scan(files, signal), close: async () => {} }
  }

  async *#scan(
    files: Iterable<ScanInput>,
    signal: AbortSignal,
  ): AsyncGenerator<{ file: ScanInput; findings: PrivateFinding[] }> {
    for (const file of files) {
      if (signal.aborted) return
      await this.before(file)
      this.scanned.push(file.components.join('/'))
      if (this.lost.has(file.components.join('/'))) continue
      const text = await readFile(file.path, 'latin1').catch(() => 'PRIVATE unreadable')
      const classes = [...text.matchAll(/^PRIVATE ([a-z-]+)/gm)].map(([, kind]) => kind as FindingClass)
      yield { file, findings: classes.map((kind) => ({ class: kind, sure: true, data: {} })) }
    }
  }

  folders(): readonly FolderFinding[] {
    return this.folderFindings
  }

  suggested({ class: kind }: PrivateFinding) {
    return kind === 'photo-place' ? 'without-place' : kind === 'private-key' ? 'leave-out' : 'share'
  }

  canBeWithoutPlace(name: string): boolean {
    return !name.endsWith('.stays')
  }

  async end(): Promise<void> {}

  async withoutPlace(from: string, to: string): Promise<boolean> {
    const text = await readFile(from, 'latin1')
    if (text.includes('BROKEN')) return false
    await writeFile(to, text.replaceAll('PLACE', ''), 'latin1')
    return true
  }
}
