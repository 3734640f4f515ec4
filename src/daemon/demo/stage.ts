// The folder in which the demo plays: made with enough room, gone afterwards with everything in it.
// Promise: whatever way this process ends, except by SIGKILL, the fish end first and the folder is removed.

import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Disk } from '../../base/ports.ts'
import { DemoError } from './demo-error.ts'

/** Journals, metadata, and what file systems need besides. */
const SLACK_BYTES = 64_000_000

export interface StageOptions {
  /** Where temporary things go. */
  readonly temporaryFolder: string
  /** Bytes of content that will lie there at once. */
  readonly neededBytes: number
  readonly disk: Disk
}

export class Stage {
  readonly folder: string
  /** Ended first when this process is ended in the middle. */
  readonly #players: { kill(): void }[] = []
  readonly #atExit = (): void => {
    for (const player of this.#players) player.kill()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }

  /** @throws DemoError DEMO_NO_SPACE, DEMO_NO_FOLDER */
  static async set({ temporaryFolder, neededBytes, disk }: StageOptions): Promise<Stage> {
    try {
      // The real one: on some systems it is reached by a link, and nothing is opened through links.
      const parent = await realpath(temporaryFolder)
      const { freeBytes } = await disk.space(parent)
      const wanted = neededBytes + SLACK_BYTES
      if (freeBytes < wanted)
        throw new DemoError('DEMO_NO_SPACE', { path: parent, neededBytes: wanted, freeBytes })
      return new Stage(await mkdtemp(path.join(parent, 'shoal-demo-')))
    } catch (error) {
      if (error instanceof DemoError) throw error
      const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      throw new DemoError('DEMO_NO_FOLDER', { path: temporaryFolder, why }, error)
    }
  }

  private constructor(folder: string) {
    this.folder = folder
    process.once('exit', this.#atExit)
  }

  /** A folder in it, made. */
  async place(...names: readonly string[]): Promise<string> {
    const place = path.join(this.folder, ...names)
    await mkdir(place, { recursive: true })
    return place
  }

  add(player: { kill(): void }): void {
    this.#players.push(player)
  }

  /** Call when the players have ended. */
  async clear(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    process.off('exit', this.#atExit)
  }
}
