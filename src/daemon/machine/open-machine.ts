// The machine as page and programs see it: allowed paths, the picker, and handlers bound by them, made of what the daemon knows.

import type { Handlers } from '../../api/routes.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import type { Settings } from '../../api/settings.ts'
import { shareRootFacts } from '../../safety/share-roots.ts'
import { AllowedPaths } from './allowed-paths.ts'
import { folderHandlers } from './folder-handlers.ts'
import { mountedVolumes } from './volumes.ts'

export interface MachineOptions {
  readonly settings: { readonly values: Pick<Settings, 'server.roots'> }
  readonly stateFolder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  saveFolder(): string
  /** In the order they were added. */
  rows(): Iterable<Pick<TransferRow, 'saveFolder'>>
}

export interface Machine {
  readonly allowed: AllowedPaths
  readonly handlers: Handlers<'folder' | 'makeFolder'>
}

export function openMachine({
  settings,
  stateFolder,
  environment,
  saveFolder,
  rows,
}: MachineOptions): Machine {
  const facts = shareRootFacts(stateFolder)
  const { home } = facts
  const volumes = () => mountedVolumes()
  const allowed = new AllowedPaths({
    roots: () => settings.values['server.roots'],
    saveFolder,
    home,
    volumes,
  })
  const recent = () => [...new Set([...rows()].map((row) => row.saveFolder).reverse())]
  return {
    allowed,
    handlers: folderHandlers({ allowed, facts, places: { home, environment, recent, volumes } }),
  }
}
