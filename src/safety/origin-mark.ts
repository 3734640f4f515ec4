// The system's own mark that a file came from elsewhere, set before a download gets its final name:
// Linux: extended attribute user.xdg.origin.url; macOS: com.apple.quarantine; Windows: the Zone.Identifier stream.
// Node cannot write extended attributes, so Linux and macOS use the system's tool. Many files are marked by one process.

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'

export type MarkOutcome = 'marked' | 'no-tool' | 'not-supported-here'

/** Files handed to one run of the tool: command lines are bounded (128 KiB per argument list is safe everywhere). */
const FILES_PER_RUN = 100

/** Marks wait this long for company, so that a torrent of thousands of small files starts few processes. */
const GATHER_MS = 20

interface Waiting {
  readonly path: string
  readonly done: (outcome: MarkOutcome) => void
}

export class OriginMarker {
  readonly #platform: NodeJS.Platform
  readonly #waiting = new Map<string, Waiting[]>()
  #timer: NodeJS.Timeout | undefined
  /** The tool is not on this machine: said once, not looked for again with every file. */
  #noTool = false

  constructor(platform: NodeJS.Platform = process.platform) {
    this.#platform = platform
  }

  /** @param origin what is said about where it came from: never a link that gives access, only its public half. */
  mark(path: string, origin: string): Promise<MarkOutcome> {
    if (this.#platform === 'win32') return markWindows(path)
    if (this.#noTool) return Promise.resolve('no-tool')
    return new Promise((done) => {
      const group = this.#waiting.get(origin) ?? []
      group.push({ path, done })
      this.#waiting.set(origin, group)
      this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS)
    })
  }

  #flush(): void {
    this.#timer = undefined
    for (const [origin, group] of this.#waiting) {
      for (let at = 0; at < group.length; at += FILES_PER_RUN) {
        void this.#run(origin, group.slice(at, at + FILES_PER_RUN))
      }
    }
    this.#waiting.clear()
  }

  async #run(origin: string, group: readonly Waiting[]): Promise<void> {
    const [tool, ...options] =
      this.#platform === 'darwin'
        ? ['xattr', '-w', 'com.apple.quarantine', `0081;${Math.floor(Date.now() / 1000).toString(16)};Shoal;`]
        : ['setfattr', '-n', 'user.xdg.origin.url', '-v', origin, '--']
    const outcome = await runTool(tool as string, [...options, ...group.map(({ path }) => path)])
    if (outcome === 'no-tool') this.#noTool = true
    for (const { done } of group) done(outcome)
  }
}

function runTool(tool: string, args: readonly string[]): Promise<MarkOutcome> {
  return new Promise((resolve) => {
    execFile(tool, args, (error) => {
      if (error === null) resolve('marked')
      else resolve(error.code === 'ENOENT' ? 'no-tool' : 'not-supported-here')
    })
  })
}

async function markWindows(path: string): Promise<MarkOutcome> {
  try {
    // Zone 3 is the internet; the stream exists on NTFS only.
    await writeFile(`${path}:Zone.Identifier`, '[ZoneTransfer]\r\nZoneId=3\r\n')
    return 'marked'
  } catch {
    // FAT and network drives have no streams: the caller says so, nothing is lost.
    return 'not-supported-here'
  }
}
