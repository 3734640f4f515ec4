// What a daemon is opened with, and what whoever opened it has of it (daemon.ts joins its parts).

import type { CheckSide } from './checks/check-side.ts'
import type { FilesSide } from './community/files-side.ts'
import type { PeopleSide } from './community/people-side.ts'
import type { daemonHandlers } from './daemon-handlers.ts'
import type { EngineHost } from './engine-host.ts'
import type { Feed } from './feed.ts'
import type { Guard } from './guard.ts'
import type { Library } from './library/library.ts'
import type { libraryHandlers } from './library/library-handlers.ts'
import type { Log } from './log.ts'
import type { networkHandlers } from './network-handlers.ts'
import type { PrivateThings } from './review/private-scan.ts'
import type { SettingsStore } from './settings/settings-store.ts'
import type { Sharing } from './sharing.ts'
import type { transferHandlers } from './transfers/transfer-handlers.ts'
import type { Transfers } from './transfers/transfers.ts'
import type { Volumes } from './volumes.ts'

export interface DaemonOptions {
  /** Absolute. */
  readonly stateFolder: string
  /** Of the command line, by key (api/settings.ts): over environment and file. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Where `SHOAL_…` settings are read from; the process's own unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly log?: Log
  /** Puts files into the trash; the system's own unless given. */
  readonly trash?: (paths: readonly string[]) => Promise<void>
  /** What looks into files before they are shared; Shoal's own unless given. */
  readonly privateThings?: PrivateThings
}

/** What the daemon answers itself; tokens, folders, the log and the end of the process are for those who run it. */
export type CoreHandlers = ReturnType<typeof transferHandlers> &
  Sharing['handlers'] &
  ReturnType<typeof libraryHandlers> &
  ReturnType<typeof daemonHandlers> &
  ReturnType<typeof networkHandlers> &
  CheckSide['handlers'] &
  PeopleSide['handlers']

export interface Daemon {
  readonly stateFolder: string
  readonly startedAt: number
  readonly handlers: CoreHandlers
  readonly feed: Feed
  readonly settings: SettingsStore
  readonly guard: Guard
  readonly log: Log
  readonly transfers: Transfers
  readonly volumes: Volumes
  readonly host: EngineHost
  /** Where what is got is saved unless somebody says otherwise. */
  saveFolder(): string
  /** What somebody wrote into the settings' file meanwhile holds from now on. @throws SettingError; then all stays as it was */
  rereadSettings(): Promise<void>
  /** The port by which its calls come in: no way out, so the leak test leaves it aside. */
  answersAt(port: number): void
  readonly library: Library
  readonly people: PeopleSide
  readonly files: Pick<FilesSide, 'preview'>
  /** Trackers told, bytes durable, records written. */
  close(): Promise<void>
}
