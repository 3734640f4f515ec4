// What the running Shoal knows of the files of a transfer, waited for until all of them were looked at.

import type { FileRow } from '../api/schemas/transfer.ts'
import { worstOf } from '../daemon/checks/file-state.ts'
import type { CheckedFile, CheckedFiles } from '../daemon/checks/received-check.ts'
import type { DaemonLink } from './daemon-link.ts'
import type { GetChecks } from './get-report.ts'

/** A large file takes a scanner minutes; whoever waits for the command can look later. */
const PATIENCE_MS = 150_000
const LOOK_EVERY_MS = 300

export class DaemonChecks implements GetChecks {
  readonly #link: DaemonLink
  readonly #id: string
  #files: readonly FileRow[] = []

  constructor(link: DaemonLink, id: string) {
    this.#link = link
    this.#id = id
  }

  /** The running one looks by itself. */
  async arrived(): Promise<void> {}

  async settled(stop: AbortSignal): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    for (;;) {
      const { files } = await this.#link.call('transferFiles', { id: this.#id })
      this.#files = files.filter(({ priority }) => priority > 0)
      const over = this.#files.every(({ check }) => check?.state !== 'checking')
      if (over || stop.aborted || performance.now() > end) return
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }

  get told(): CheckedFiles {
    const files = this.#files.flatMap(({ path, check, dangers }): CheckedFile[] =>
      check == null ? [] : [{ path, check, dangers }],
    )
    return {
      state: worstOf(files.map(({ check }) => check.state)) ?? 'plain-not-scanned',
      files,
      unmarked: undefined,
    }
  }
}
